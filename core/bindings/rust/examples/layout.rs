// SPDX-License-Identifier: MIT
//! Prints where each member of the structs lies, for a test that compares it with what C makes of the headers.
use evmmem::sys;
use std::{mem, ptr};

macro_rules! layout {
    ($name:ident: $($member:ident)*) => {
        let example = mem::MaybeUninit::<sys::$name>::uninit();
        let begin = example.as_ptr();
        print!("{} {}", stringify!($name), mem::size_of::<sys::$name>());
        $(print!(" {}", unsafe { ptr::addr_of!((*begin).$member) as usize - begin as usize });)*
        println!();
    };
}

fn main() {
    layout!(evmmem_finding: struct_size check source op_name claimed computed detail line step pc frame transaction depth op
        is_warning has_bytes bytes_offset bytes_size);
    layout!(evmmem_replay_options: struct_size fork dialect checks calldata calldata_size code code_size memory_max hash_max
        copy_max line_max on_finding context rules changes change_count);
    layout!(evmmem_rule: key number);
    layout!(evmmem_step: struct_size shows pc gas gas_cost depth op stack_size stack memory memory_size return_data
        return_data_size refund error);
    layout!(evmmem_transaction_end: struct_size has_gas_used gas_used has_output output output_size error);
    layout!(evmmem_replay_result: struct_size verdict why dialect forks steps frames transactions findings warnings
        not_handed_out checks_made checks_impossible peak_memory_bytes expansions memory_gas has_reached_limit);
}
