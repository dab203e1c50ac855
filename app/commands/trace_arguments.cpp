// SPDX-License-Identifier: MIT
#include "trace_arguments.hpp"

#include "app/host/interrupt.hpp"
#include "traces/input/processors.hpp"

namespace evmmem::app {

traces::ReaderOptions reader_options(const TraceArguments& arguments, traces::Spool* spool) {
    return {.dialect = arguments.dialect,
            .line_max = arguments.line_bytes_max,
            .source = {.spool = spool,
                       .swelling = {.ratio_max = arguments.ratio_max},
                       .is_cancelled = is_interrupted},
            .reads_all_operands = traces::Replayer::look_at_stacks(arguments.checks),
            .ahead = {.is_wanted = arguments.reads_ahead && traces::processors() > 1}};
}

traces::ReplayOptions replay_options(const TraceArguments& arguments) {
    traces::ReplayOptions options;
    if (arguments.trace_rules) {
        options.rules = traces::ReplayRules{*arguments.trace_rules};
        options.forks = options.rules.forks();
    }
    if (arguments.fork) options.forks = *arguments.fork;
    options.checks = arguments.checks;
    options.memory_max = arguments.memory_bytes_max;
    options.hash_max = arguments.hash_bytes_max;
    options.copy_max = arguments.copy_bytes_max;
    options.is_cancelled = is_interrupted;
    options.calldata = arguments.calldata;
    options.code = arguments.code;
    return options;
}

std::vector<std::string> read_files(const TraceArguments& arguments,
                                    std::vector<std::string> traces) {
    traces.insert(traces.end(), arguments.data_files.begin(), arguments.data_files.end());
    return traces;
}

}  // namespace evmmem::app
