using FlashDiffusion.Server.Security.Transport;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Reads the files of <see cref="TlsOptions"/> once before anything starts.</summary>
internal sealed class TlsOptionsValidator : IValidateOptions<TlsOptions>
{
    public ValidateOptionsResult Validate(string? name, TlsOptions options)
    {
        if ((options.Certificate.Length > 0) != (options.Key.Length > 0))
        {
            return ValidateOptionsResult.Fail("Tls:Certificate (--tls-certificate) and Tls:Key (--tls-key) need each other.");
        }

        if (options.Certificate.Length == 0)
        {
            return options.ClientAuthorities.Length == 0
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail("Tls:ClientAuthorities (--tls-client-ca) needs Tls:Certificate (--tls-certificate) and Tls:Key (--tls-key).");
        }

        using var identity = TlsFiles.Read(options, out var problem);
        return identity is null ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
    }
}
