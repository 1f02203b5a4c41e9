using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Requests;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Security.Quotas;

/// <summary>Keeps one caller's flood from the others: how many at once, how often, how much work.</summary>
internal sealed class CallerQuotas : IDisposable
{
    /// <summary>Accounts that are kept before those that are full are forgotten.</summary>
    private const int ManyAccounts = 10_000;

    private readonly QuotaOptions _options;
    private readonly TimeProvider _time;
    private readonly PartitionedRateLimiter<string> _places;
    private readonly PartitionedRateLimiter<string> _shortWork;
    private readonly PartitionedRateLimiter<string> _rates;
    private readonly ConcurrentDictionary<string, StepAccount> _accounts = new(StringComparer.Ordinal);

    public CallerQuotas(IOptions<QuotaOptions> options, TimeProvider time)
    {
        (_options, _time) = (options.Value, time);
        (_places, _shortWork) = (AtOnce(), AtOnce());
        _rates = PartitionedRateLimiter.Create<string, string>(caller => _options.RequestsPerSecond == 0
            ? RateLimitPartition.GetNoLimiter(caller)
            : RateLimitPartition.GetTokenBucketLimiter(caller, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = _options.RequestBurst,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1 / _options.RequestsPerSecond),
            }));
    }

    /// <summary>Leave for one reconstruction; or which quota is used up.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="steps">What it is taken to need until its plan is known (<see cref="StepEstimate"/>).</param>
    public Mapped<QuotaPass> Reconstruct(string caller, int steps)
    {
        if (_options.StepsPerSecond == 0)
        {
            return Enter(caller, _places, "reconstructions", null, 0);
        }

        var account = AccountOf(caller);
        if (account.SetAside(steps) is var wait && wait > TimeSpan.Zero)
        {
            return Mapped<QuotaPass>.Refused(QuotaErrors.Of(
                "steps_per_second",
                $"This caller has used up its steps, or sent requests that will: {_options.StepsPerSecond} a second on average, {_options.StepBurst} at once. Start from milder damage, take fewer steps, or come again later.",
                wait));
        }

        var entered = Enter(caller, _places, "reconstructions", account, steps);
        if (entered.Value is null)
        {
            account.GiveBack(steps);
        }

        return entered;
    }

    /// <summary>
    /// Leave for one estimate or degradation; or which quota is used up. As many at once as reconstructions, but beside them: who waits for long ones
    /// may still look.
    /// </summary>
    /// <param name="caller">Who calls.</param>
    public Mapped<QuotaPass> Work(string caller) => Enter(caller, _shortWork, "estimates and degradations", null, 0);

    /// <summary>Counts one request of a caller that begins nothing; why it may not, null if it may.</summary>
    /// <param name="caller">Who calls.</param>
    public Errors.ServerError? Count(string caller)
    {
        using var rate = _rates.AttemptAcquire(caller);
        return rate.IsAcquired
            ? null
            : QuotaErrors.Of(
                "requests_per_second",
                FormattableString.Invariant($"This caller has sent too many requests: {_options.RequestsPerSecond} a second on average, {_options.RequestBurst} at once."),
                rate.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1 / _options.RequestsPerSecond));
    }

    public void Dispose()
    {
        _places.Dispose();
        _shortWork.Dispose();
        _rates.Dispose();
    }

    private PartitionedRateLimiter<string> AtOnce() => PartitionedRateLimiter.Create<string, string>(caller => _options.Concurrent == 0
        ? RateLimitPartition.GetNoLimiter(caller)
        : RateLimitPartition.GetConcurrencyLimiter(caller, _ => new ConcurrencyLimiterOptions { PermitLimit = _options.Concurrent }));

    private Mapped<QuotaPass> Enter(string caller, PartitionedRateLimiter<string> places, string what, StepAccount? account, int setAside)
    {
        var place = places.AttemptAcquire(caller);
        if (!place.IsAcquired)
        {
            place.Dispose();
            return Mapped<QuotaPass>.Refused(QuotaErrors.Of("concurrent", $"This caller has {_options.Concurrent} {what} under way, which is what it may have at once.", TimeSpan.FromSeconds(1)));
        }

        if (Count(caller) is { } error)
        {
            place.Dispose();
            return Mapped<QuotaPass>.Refused(error);
        }

        return Mapped<QuotaPass>.Of(new QuotaPass(place, account, setAside));
    }

    private StepAccount AccountOf(string caller)
    {
        if (_accounts.Count > ManyAccounts)
        {
            foreach (var full in _accounts.Where(account => account.Value.IsFull))
            {
                _accounts.TryRemove(full);
            }
        }

        return _accounts.GetOrAdd(caller, static (_, quotas) => new StepAccount(quotas._options.StepsPerSecond, quotas._options.StepBurst, quotas._time), this);
    }
}
