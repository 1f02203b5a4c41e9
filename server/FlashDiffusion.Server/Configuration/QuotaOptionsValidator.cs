using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Checks that rates are rates: the wait for the next request or step must be a time that can be told.</summary>
internal sealed class QuotaOptionsValidator : IValidateOptions<QuotaOptions>
{
    /// <summary>One in eleven days; with less than that a debt could outlast what a time can hold.</summary>
    private const double SmallestRate = 1e-6;

    public ValidateOptionsResult Validate(string? name, QuotaOptions options)
    {
        (string Key, double Rate)[] rates = [("Quotas:RequestsPerSecond", options.RequestsPerSecond), ("Quotas:StepsPerSecond", options.StepsPerSecond)];
        var failures = rates.Where(rate => rate.Rate is > 0 and < SmallestRate)
            .Select(rate => FormattableString.Invariant($"{rate.Key} must be 0, which sets no bound, or at least {SmallestRate}, but is '{rate.Rate}'.")).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
