using FlashDiffusion.Server.Resume;
using FlashDiffusion.Server.Security.Files;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Reads the keys of <see cref="ResumeOptions"/> once before anything starts; no message ever shows one.</summary>
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

        if (options.KeysFile.Length > 0 && FileContent.Read(options.KeysFile, ResumeKeys.Parse, out var problem) is null)
        {
            failures.Add($"Resume:KeysFile: {problem}");
        }

        if (options.KeysFile.Length > 0 && (options.Key.Length > 0 || options.PreviousKeys.Count > 0))
        {
            failures.Add("Resume:KeysFile stands instead of Resume:Key and Resume:PreviousKeys: put their keys into the file, the one that seals first.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
