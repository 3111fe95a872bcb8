// What must hold at the end of a simulation, told from the disk alone by other code than the daemon's: the journal against what the clients sent, the output log, the file output and
// what subscribers were shown against a plain engine that is fed the journal's lines one after the other and was never interrupted.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "cep/engine.h"
#include "sim/life.h"

namespace sim {

// The journal as its entries say it.
struct JournalContent {
  struct Line {
    SentLine line;
    std::string producer, stream;
    uint64_t epoch = 0, number = 0;
  };
  struct Item {
    cep::journal::EntryKind kind;
    uint64_t position = 0;
    int64_t arrival_ms = 0;
    Line line;                       // kLine, kBroken
    std::string reason;              // kBroken
    std::string body;                // kLoad
    int64_t now_ms = 0;              // kTick
    uint64_t skipped = 0;            // kSkip: the position
    std::string producer;            // kSession, kForget
    uint64_t epoch = 0;              // kSession
  };
  std::vector<Item> items;
};

// Empty text: read. Otherwise what is wrong with it.
std::string read_journal(cep::base::Env* env, const std::string& dir, JournalContent* out);

// Lines of each numbered channel in order of seq, by a plain engine.
struct PlainRecords {
  std::vector<std::string> lines[cep::kChannels];
};
std::string run_plainly(const JournalContent& journal, PlainRecords* out);

// The first promise that does not hold; empty: all do.
std::string judge(World* world);

// The output log of this history beside the journal of another one (a line was other): the start must be refused. Empty: it was, or the records would be the same.
std::string judge_other_history(World* world);

}  // namespace sim
