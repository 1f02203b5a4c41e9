using FlashDiffusion.Server.Security.Callers;
using FlashDiffusion.Server.Security.Files;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Reads the files of <see cref="AccessOptions"/> once before anything starts; no message ever shows a key.</summary>
internal sealed class AccessOptionsValidator : IValidateOptions<AccessOptions>
{
    public ValidateOptionsResult Validate(string? name, AccessOptions options)
    {
        var failures = new List<string>();
        if (options.KeysFile.Length > 0 && FileContent.Read(options.KeysFile, ApiKeys.Parse, out var problem) is null)
        {
            failures.Add($"Access:KeysFile (--keys-file): {problem}");
        }

        if (options.JwtKeysFile.Length > 0 && FileContent.Read(options.JwtKeysFile, JwtKeys.Parse, out var wrong) is null)
        {
            failures.Add($"Access:JwtKeysFile: {wrong}");
        }

        if (options.JwtIssuer.Length > 0 && options.JwtAudience.Length == 0)
        {
            failures.Add("Access:JwtAudience is needed beside Access:JwtIssuer: a token that was meant for another service must not open this one.");
        }

        if (options.JwtIssuer.Length == 0 && (options.JwtAudience.Length > 0 || options.JwtKeysFile.Length > 0))
        {
            failures.Add("Access:JwtAudience and Access:JwtKeysFile need Access:JwtIssuer.");
        }

        if (options.JwtIssuer.Length > 0 && options.JwtKeysFile.Length == 0 && !options.JwtIssuer.StartsWith("https://", StringComparison.Ordinal))
        {
            failures.Add("Access:JwtIssuer must be an https:// address that can be asked for its keys, or Access:JwtKeysFile must name them.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
