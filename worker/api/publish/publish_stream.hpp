// PublishStream: events that one publisher writes over time, and the answers to them. It knows no transport:
// its Client is a request over FastCGI, or a connection to the local publish socket.
//
// Its client owns it, and so does each append that the store has not answered. All calls are made on the
// loop's thread, but the last owner may be the store's thread: leave() ends all that belongs to the loop, and
// the destructor only frees memory.
//
// Each event is given to the store as soon as its text is complete, and answered with one line, in order:
// {"id":…} once it is stored, or {"error":…}. Two other lines may come between: {"stop":{"topic":…}}, and at
// the end of a stream that the worker ends {"end":{"reason":…}}. A publisher that gets errors only is told at
// the end how many events were stored: {"stored":…,"rejected":…,"last":…}. An event that is wrong, or that
// the store does not accept, does not end the stream.
//
// A publisher that is faster than the store, than its grant allows or than it reads its answers is held: its
// bytes stay in the socket. Nothing is dropped. A piece that comes while the store is behind already, as the
// first pieces of many streams do, waits in the stream: the store would refuse it.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access/grants.hpp"
#include "api/publish/metrics.hpp"
#include "api/publish/open_publishers.hpp"
#include "api/publish/publish_rate.hpp"
#include "api/publish/streamed_body.hpp"
#include "api/publish/writers.hpp"
#include "net/loop.hpp"
#include "net/timer.hpp"
#include "store/store.hpp"

namespace worker::api {

/// The events of a piece of a body, on their way to the store.
struct FoundEvents {
  /// An event that is wrong.
  struct Error {
    std::size_t before;  // drafts of the piece that come before it
    std::string text;
    bool retry;  // append_error_line()
  };

  std::vector<log::Draft> drafts{};
  std::vector<std::size_t> numbers{};  // of the drafts, in the body
  std::vector<Error> errors{};
};

/// What the publish streams of one loop share. All of it is borrowed, and outlives the streams.
struct PublishStreamContext {
  net::Loop& loop;
  store::Store& store;
  PublishRate& rate;
  const PublishSettings& settings;
  PublishMetrics& metrics;
  BodyTools& tools;
  base::ByteBudget& unfinished;
  Writers& writers;
  OpenPublishers& open;
  FoundEvents& found;  // by the current call; empty between two calls
};

/// The sentence that refuses a stream beyond PublishSettings::streams_max.
std::string too_many_publish_streams(const PublishSettings& settings);

class PublishStream final : public std::enable_shared_from_this<PublishStream>,
                            public OpenPublisher,
                            DraftSink {
 public:
  /// Where the bytes come from and the answers go. Its calls must not destroy the stream.
  class Client {
   public:
    /// Answers to events.
    virtual void write(std::string_view lines) = 0;
    /// A line that must not wait for a pause of the publisher.
    virtual void write_now(std::string_view line) = 0;
    /// Ends the answers. No call follows.
    virtual void finish(std::string_view last_lines) = 0;
    /// Nothing that was written waits in the worker's memory.
    virtual bool ready() const = 0;
    /// The web server may have stopped passing the body on, without telling anybody.
    virtual bool may_be_stuck() const { return false; }
    /// Takes no more bytes from the publisher, until resume().
    virtual void hold() = 0;
    virtual void resume() = 0;

   protected:
    ~Client() = default;
  };

  PublishStream(const PublishStreamContext& context, Client& client, const Identity& identity,
                StreamParameters parameters);
  /// Call it once, after construction. Fences another writer of its topics. `grant_ends`: when the stream
  /// ends because its grant does; none: never.
  void begin(std::optional<base::Instant> grant_ends);

  /// The next bytes of the body.
  void take(std::string_view piece);
  /// The body is complete, or, if not `whole`, its publisher ended it too early. The client's finish()
  /// follows when the store has answered everything.
  void end(bool whole);
  /// The client is gone and is not called again. The client must call it before it is destroyed.
  void leave();
  /// From now on a stored event is answered with no line, and a summary comes at the end.
  void answer_errors_only() { errors_only_ = true; }
  /// The client begins to send the answers: answer_errors_only() will not be called.
  void begin_answers();
  bool answers_all() const { return !errors_only_; }
  /// The client's ready() has changed.
  void on_ready() { pace(); }
  /// The beginning of an event has come, and not its end.
  bool is_inside_event() const { return phase_ == Phase::open && body_->is_inside_event(); }
  /// The rest of the body will not come: tells the publisher to send it again, and ends the stream.
  void end_blocked();
  /// The worker stops: tells the publisher to come back after `retry`, and ends the stream.
  void drain(std::chrono::milliseconds retry);

  std::string_view subject() const override {
    return grant_ ? std::string_view(grant_->subject) : std::string_view();
  }
  const std::vector<std::string>& topics() const override { return parameters_.defaults.topics; }
  void stop(std::string_view topic) override;
  void revoke() override;
  void check_idle(base::Instant now) override;

 private:
  enum class Phase : std::uint8_t {
    open,
    ending,  // accepts no more bytes, and waits for the store
    over,    // the client's finish() was called, or the client is gone
  };
  // The events of one piece.
  struct Part {
    std::vector<std::size_t> numbers;  // of the events, in the body
    std::vector<FoundEvents::Error> errors;
    std::vector<store::Kept> results;
    base::Instant begun;
    std::size_t bytes = 0;
    bool is_answered_by_store = false;  // also if the store got nothing of it
    bool is_fenced = false;             // not appended, because another writer has its topic
    std::string_view asked_by;          // the parameter that asked for this one event; empty: the body did
  };

  // What the last line tells a publisher that gets errors only, of the events that were answered.
  struct Summary {
    std::uint64_t stored = 0;
    std::uint64_t rejected = 0;
    std::string last_id{};  // of the last one that was stored; empty if there is none
  };

  // What has come while the store had too much to do.
  struct Postponed {
    explicit Postponed(base::ByteBudget& budget) : share(&budget) {}

    std::string bytes{};
    base::ByteBudget::Reservation share;  // of `bytes`
    std::optional<bool> end{};            // end() was called: whether the body is whole
  };

  void add(BodyPart kind, std::size_t number, DraftResult draft) override;
  bool postpone(std::string_view piece);
  void take_postponed();
  void take_now(std::string_view piece);
  void end_now(bool whole);
  void append_found();
  void append_last(std::string_view parameter, log::Draft draft);
  void append(std::vector<log::Draft> drafts, const std::shared_ptr<Part>& part);
  void on_appended(Part& part, std::vector<store::Kept> kept);
  void answer_parts();
  void append_answers(std::string& out, const Part& part);
  void append_last_answer(std::string& out, const Part& part) const;
  void append_summary(std::string& out) const;
  void publish_abort();
  void begin_ending(std::unique_ptr<std::string> end_line);
  void on_fenced(const std::string& by);
  bool must_wait();
  bool has_store_too_much() const;
  void pace();
  void wake_later();

  const PublishStreamContext& context_;
  Client* client_;                                    // null once it is gone
  const std::shared_ptr<const access::Grant> grant_;  // null: everything may be published
  const StreamParameters parameters_;
  std::unique_ptr<StreamedBody> body_;
  std::unique_ptr<Postponed> postponed_;    // null if nothing was
  std::unique_ptr<Writers::Lease> lease_;   // null if the stream has no writer
  std::list<std::shared_ptr<Part>> parts_;  // that are not answered
  std::unique_ptr<net::Timer> grant_timer_;
  std::unique_ptr<net::Timer> wake_timer_;
  base::Instant paced_until_{};            // because of the rate of its subject
  base::Instant taken_at_{};               // when the last piece came
  std::size_t waiting_bytes_ = 0;          // of parts_
  std::unique_ptr<Summary> summary_;       // null if each event is answered with a line
  std::unique_ptr<std::string> end_line_;  // null if the publisher ends the stream
  Phase phase_ = Phase::open;
  BodyPart kind_ = BodyPart::line;  // what the numbers count
  bool held_ = false;               // hold() was called, and resume() was not
  bool errors_only_ = false;        // no lines for stored events
};

}  // namespace worker::api
