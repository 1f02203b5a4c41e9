using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Checks the keys of <see cref="ResumeOptions"/>; no message ever shows one.</summary>
internal sealed class ResumeOptionsValidator : IValidateOptions<ResumeOptions>
{
    public ValidateOptionsResult Validate(string? name, ResumeOptions options)
    {
        var failures = new List<string>();
        if (options.Key.Length > 0 && ResumeOptions.Read(options.Key) is null)
        {
            failures.Add($"Resume:Key must be base64 of at least {ResumeOptions.SmallestKey} bytes, for example from 'openssl rand -base64 {ResumeOptions.SmallestKey}'.");
        }

        for (var i = 0; i < options.PreviousKeys.Count; i++)
        {
            if (ResumeOptions.Read(options.PreviousKeys[i]) is null)
            {
                failures.Add($"Resume:PreviousKeys:{i} must be base64 of at least {ResumeOptions.SmallestKey} bytes.");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
