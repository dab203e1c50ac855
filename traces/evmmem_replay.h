/* SPDX-License-Identifier: MIT */
/** @file
 * evmmem's replay for C, Zig, Rust and Go: a client or a fuzzer that audits itself as it runs. A replay is given either the
 * text of a trace, in pieces of any size, or steps as structs, straight from the client's tracer; it hands out findings, and
 * in the end a verdict with its counts.
 *
 * Nothing here throws, prints or ends the process. What a trace holds is never an error of the call: it makes findings, or
 * gaps in the verdict. One replay is used by one thread at a time; different ones are independent of each other. Text is
 * read on a thread of the replay's own, while evmmem_replay_feed() and evmmem_replay_finish() wait for it; callbacks come
 * on the caller's thread, during calls. After an error other than EVMMEM_REPLAY_INVALID_ARGUMENT only
 * evmmem_replay_destroy() is of use. Pointers may be null only where it is said.
 *
 * Structs begin with their size, so that they may grow: set it to sizeof, and all else that is not used to 0.
 */
#ifndef EVMMEM_REPLAY_H
#define EVMMEM_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define EVMMEM_REPLAY_API __attribute__((visibility("default")))
#else
#define EVMMEM_REPLAY_API
#endif

/** What a call returns. */
typedef enum evmmem_replay_status {
    EVMMEM_REPLAY_OK = 0,            /**< it is done */
    EVMMEM_REPLAY_OUT_OF_MEMORY = 1, /**< the host refused memory, or a thread */
    /** evmmem_replay_step() and the like say which; nothing was replayed */
    EVMMEM_REPLAY_INVALID_ARGUMENT = 2,
    EVMMEM_REPLAY_UNKNOWN_FORK = 3, /**< of evmmem_replay_create(), as the next two */
    EVMMEM_REPLAY_UNKNOWN_DIALECT = 4,
    EVMMEM_REPLAY_UNKNOWN_CHECK = 5,
    EVMMEM_REPLAY_MIXED = 6, /**< text after steps, or steps after text */
    EVMMEM_REPLAY_OVER = 7,  /**< evmmem_replay_finish() was called before */
    EVMMEM_REPLAY_BUG = 8,   /**< of evmmem; please report it */
    /** Of evmmem_replay_create(), as the next: there are no rules of that name, or no number of that key */
    EVMMEM_REPLAY_UNKNOWN_RULES = 9,
    /** A number of the rules is out of its range, or contradicts another */
    EVMMEM_REPLAY_IMPOSSIBLE_RULES = 10,
} evmmem_replay_status;

/** One sentence for users, without a full stop; for EVMMEM_REPLAY_OK "no error". */
EVMMEM_REPLAY_API const char* evmmem_replay_message(evmmem_replay_status status);

/* ---- findings ----------------------------------------------------------------------------- */

/** A claim of the trace that is wrong. Texts end with a 0, are never null, and live as long as the call that hands them
 * out; some quote the trace, so escape them before printing. */
typedef struct evmmem_finding {
    size_t struct_size;    /**< of this struct, in bytes */
    const char* check;     /**< "memory.load"; `evmmem checks` lists them */
    const char* source;    /**< where the rule is written: "Yellow Paper H.2, 0x51" */
    const char* op_name;   /**< of the step whose effect is wrong: "MLOAD" */
    const char* claimed;   /**< by the trace */
    const char* computed;  /**< by evmmem */
    const char* detail;    /**< one sentence: what is wrong, and what to look at */
    uint64_t line;         /**< of the text, from 1; of steps given as structs, which of them */
    uint64_t step;         /**< from 0 */
    uint64_t pc;           /**< in bytes of code */
    uint64_t frame;        /**< frames counted as they were entered, from 0 */
    uint64_t transaction;  /**< from 0 */
    uint32_t depth;        /**< 1 is the outermost frame */
    uint8_t op;            /**< the byte of the instruction */
    bool is_warning;       /**< only the printing can be wrong, or the rule is not settled yet */
    bool has_bytes;        /**< it is about `bytes_size` bytes from `bytes_offset` on */
    uint64_t bytes_offset; /**< of the first of them, in memory, calldata or return data */
    uint64_t bytes_size;   /**< how many they are */
} evmmem_finding;

/* ---- creating ----------------------------------------------------------------------------- */

/** A replay; evmmem_replay_create() makes it, evmmem_replay_destroy() ends it. */
typedef struct evmmem_replay evmmem_replay;

/** A number of the rules in the place of a fork's. */
typedef struct evmmem_rule {
    /** "memory.word_gas", or "instructions.MCOPY" for a price; `evmmem rules` lists them. */
    const char* key;
    /** In the key's range, or EVMMEM_NO_NUMBER where there may be none; a flag is 0 or 1. */
    uint64_t number;
} evmmem_rule;

/** No limit; as a price: there is no such instruction. */
#define EVMMEM_NO_NUMBER UINT64_MAX

/** What evmmem_replay_create() is given. */
typedef struct evmmem_replay_options {
    size_t struct_size; /**< of this struct, in bytes */
    const char* fork;   /**< "cancun"; null: what the steps are consistent with is found out */
    /** Whose trace it is, as `evmmem dialects` names them: "geth". Null: of text it is recognised; steps given as structs
     * are as EIP-3155 has them, with or without the gas passed on in the gas_cost of calls. */
    const char* dialect;
    const char* checks; /**< checks or families of them, "memory,gas.cost"; null: all */
    /** Of the outermost frame of each transaction, where known; copied. Null with size 0: not known. */
    const uint8_t* calldata;
    size_t calldata_size; /**< in bytes */
    const uint8_t* code;  /**< of the outermost frame, likewise */
    size_t code_size;     /**< in bytes */
    /* Limits; the program's options say more. */
    uint64_t memory_max; /**< bytes of memory that is followed, as --max-memory; 0: the default */
    uint64_t hash_max;   /**< bytes of memory that is hashed, as --max-hash; 0: the default */
    uint64_t copy_max;   /**< bytes of memory that is copied, as --max-copy; 0: the default */
    uint64_t line_max;   /**< bytes of a line of text, as --max-line; 0: the default */
    /** Called for each finding. Of text whose dialect is not given this waits for evmmem_replay_finish(): until then it
     * may become clear that the trace is another client's. At most 10000 wait; what goes beyond is counted, but not handed
     * out. Must not throw, nor call functions with this replay. May be null. */
    void (*on_finding)(void* context, const evmmem_finding* finding);
    void* context; /**< handed to on_finding */
    /* Rules in the place of the forks' own, where the trace is another chain's, or a proposal's. */
    /** Published ones: "monad-nine", as `evmmem rules --list` has them. They may be for one fork, which `fork` overrules.
     * Null: the forks' own. */
    const char* rules;
    const evmmem_rule* changes; /**< numbers on top of these; copied. Null with count 0: none */
    size_t change_count;        /**< how many they are; of two with the same key the later holds */
} evmmem_replay_options;

/** A new replay into *replay; null after an error. `options` may be null: the defaults. */
EVMMEM_REPLAY_API evmmem_replay_status evmmem_replay_create(const evmmem_replay_options* options,
                                                            evmmem_replay** replay);
/** Ends a replay, and frees it. At any time, also before evmmem_replay_finish(). Null is fine. */
EVMMEM_REPLAY_API void evmmem_replay_destroy(evmmem_replay* replay);

/* ---- a trace as text ---------------------------------------------------------------------- */

/** The next `size` bytes of text, plain or compressed, split anywhere. They are copied or read before this returns. After
 * an error in the text that ends its reading, what follows is ignored. */
EVMMEM_REPLAY_API evmmem_replay_status evmmem_replay_feed(evmmem_replay* replay, const void* text,
                                                          size_t size);

/* ---- a trace as structs ------------------------------------------------------------------- */

/** What a step shows, beside pc, op, depth and gas. */
enum {
    EVMMEM_SHOWS_GAS_COST = 1,
    EVMMEM_SHOWS_STACK = 2,
    EVMMEM_SHOWS_MEMORY_SIZE = 4,
    EVMMEM_SHOWS_MEMORY = 8, /**< its bytes; memory_size is then shown, too */
    EVMMEM_SHOWS_RETURN_DATA = 16,
    EVMMEM_SHOWS_REFUND = 32,
};

/** The state before an instruction (EIP-3155). Pointers are read during the call only; one whose size is 0 may be null. */
typedef struct evmmem_step {
    size_t struct_size;  /**< of this struct, in bytes */
    uint64_t shows;      /**< EVMMEM_SHOWS_*, added up */
    uint64_t pc;         /**< in bytes of code */
    uint64_t gas;        /**< left before the instruction */
    uint64_t gas_cost;   /**< of the instruction, expansion of memory included */
    uint32_t depth;      /**< 1 is the outermost frame */
    uint8_t op;          /**< the byte of the instruction */
    uint32_t stack_size; /**< in words, EVMMEM_STACK_MAX at most */
    /** Bottom first, each word four 64-bit limbs, least significant first: as uint256.Int, ruint and intx keep them. */
    const uint64_t (*stack)[4];
    const uint8_t* memory;      /**< all of the current frame's */
    uint64_t memory_size;       /**< in bytes */
    const uint8_t* return_data; /**< of the last call of this frame */
    size_t return_data_size;    /**< in bytes */
    int64_t refund;             /**< the transaction's counter */
    /** Why this step fails, where that is known already: "out of gas". Null: not known to fail. */
    const char* error;
} evmmem_step;

/** A right client's stack has 1024 words; one that shows more is wrong, and of so many that is still found. */
#define EVMMEM_STACK_MAX 4096

/** The next step, STOP after the end of the code included. EVMMEM_REPLAY_INVALID_ARGUMENT: the depth is 0, the stack is
 * too large, or a pointer is null. */
EVMMEM_REPLAY_API evmmem_replay_status evmmem_replay_step(evmmem_replay* replay,
                                                          const evmmem_step* step);

/** How a transaction ended; the step after it begins another one. */
typedef struct evmmem_transaction_end {
    size_t struct_size; /**< of this struct, in bytes */
    bool has_gas_used;  /**< whether gas_used is known */
    /** By the outermost frame, without what the transaction costs beside it and without refunds. */
    uint64_t gas_used;
    bool has_output;       /**< whether output is known */
    const uint8_t* output; /**< what the outermost frame returned or reverted with */
    size_t output_size;    /**< in bytes */
    const char* error;     /**< why the outermost frame failed; null: it did not */
} evmmem_transaction_end;

/** Ends the transaction. EVMMEM_REPLAY_INVALID_ARGUMENT: a pointer is null. */
EVMMEM_REPLAY_API evmmem_replay_status
evmmem_replay_end_transaction(evmmem_replay* replay, const evmmem_transaction_end* end);

/* ---- the verdict -------------------------------------------------------------------------- */

/** The numbers are the program's exit codes. */
typedef enum evmmem_verdict {
    EVMMEM_AGREES = 0,      /**< every step was replayed, and no check failed */
    EVMMEM_FINDINGS = 1,    /**< at least one check failed */
    EVMMEM_INCOMPLETE = 3,  /**< no check failed, but not all could be checked; `why` says why */
    EVMMEM_UNREADABLE = 10, /**< not a trace; `why` says why */
} evmmem_verdict;

/** What evmmem_replay_finish() fills in. */
typedef struct evmmem_replay_result {
    size_t struct_size;     /**< of this struct, in bytes */
    evmmem_verdict verdict; /**< about the whole trace */
    /** What is missing, a sentence a line; empty when nothing is. It quotes the trace, so escape it before printing. */
    const char* why;
    const char* dialect; /**< as `evmmem dialects` names it; empty when it was not recognised */
    /** That all transactions are consistent with: "shanghai cancun"; may be empty. */
    const char* forks;
    uint64_t steps;             /**< replayed */
    uint64_t frames;            /**< entered */
    uint64_t transactions;      /**< begun */
    uint64_t findings;          /**< all of them, handed out or not */
    uint64_t warnings;          /**< likewise */
    uint64_t not_handed_out;    /**< of these, for too many waited */
    uint64_t checks_made;       /**< failed ones included */
    uint64_t checks_impossible; /**< the trace did not show enough */
    uint64_t peak_memory_bytes; /**< all open frames together */
    uint64_t expansions;        /**< how often memory grew */
    uint64_t memory_gas;        /**< spent on expansion */
    bool has_reached_limit; /**< one of the options': something was not followed, `why` says what */
} evmmem_replay_result;

/** Ends the trace, hands out the findings that wait, and fills in `result`, whose struct_size the caller has set. Its texts
 * live as long as the replay. */
EVMMEM_REPLAY_API evmmem_replay_status evmmem_replay_finish(evmmem_replay* replay,
                                                            evmmem_replay_result* result);

/** How often a check was made, failed, and could not be made. */
typedef struct evmmem_check_count {
    size_t struct_size;  /**< of this struct, in bytes */
    const char* check;   /**< its name, as `evmmem checks` lists it */
    uint64_t made;       /**< failed ones included */
    uint64_t failed;     /**< each time, also where findings say it once */
    uint64_t impossible; /**< the trace did not show enough */
} evmmem_check_count;

/** After evmmem_replay_finish(): the count of check `index`, from 0. False when there is none, and before. */
EVMMEM_REPLAY_API bool evmmem_replay_check_count(const evmmem_replay* replay, size_t index,
                                                 evmmem_check_count* count);

#ifdef __cplusplus
}
#endif

#endif
