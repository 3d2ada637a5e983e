// Writers: which publish stream may write to a topic, if the streams ask for one writer at a time. The latest
// stream takes the topic over from the one before it. Shared by all loops of this worker; usable from every
// thread; outlives the leases. Each worker has its own writers.
//
// The mutex of the writers is taken before that of a lease. So neither `append` nor `on_fenced` may call
// Writers or destroy a lease.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace worker::api {

class Writers {
 public:
  /// The right of one stream to write to its topics, until another stream takes one of them over. The stream
  /// owns it.
  class Lease {
   public:
    Lease(Writers& writers, std::vector<std::string> topics, std::function<void(std::string by)> on_fenced)
        : writers_(writers), topics_(std::move(topics)), on_fenced_(std::move(on_fenced)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();

    /// Calls `append`, or returns false if another stream has taken over. What `append` gives to the store
    /// comes before everything that the next writer gives to it.
    template <class Append>
    bool write(const Append& append) {
      const std::lock_guard lock(mutex_);
      if (fenced_) return false;
      append();
      return true;
    }

   private:
    friend class Writers;
    void fence(std::string_view by);

    Writers& writers_;
    const std::vector<std::string> topics_;
    const std::function<void(std::string by)> on_fenced_;
    std::mutex mutex_;
    bool fenced_ = false;  // guarded by mutex_
  };

  /// Takes the topics over for a stream of writer `name`. `on_fenced` is called once, on any thread, when the
  /// next writer takes one of them over, with the name of that writer.
  std::unique_ptr<Lease> take(const std::vector<std::string>& topics, std::string_view name,
                              std::function<void(std::string by)> on_fenced);

 private:
  std::mutex mutex_;
  std::map<std::string, Lease*, std::less<>> leases_;  // by topic; guarded by mutex_
};

}  // namespace worker::api
