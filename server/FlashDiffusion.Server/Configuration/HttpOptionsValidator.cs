using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Checks that origins are origins and hosts are names: a path, a port or a slash at the end would never match what a browser sends.</summary>
internal sealed class HttpOptionsValidator : IValidateOptions<HttpOptions>
{
    public ValidateOptionsResult Validate(string? name, HttpOptions options)
    {
        var failures = options.AllowedOrigins
            .Where(origin => origin != HttpOptions.AnyOrigin && !IsOrigin(origin))
            .Select(origin => $"Http:AllowedOrigins (--allow-origin) takes '*' or origins like https://example.org:8443, without a path or a slash at the end, but has '{origin}'.")
            .Concat(options.AllowedHosts
                .Where(host => Uri.CheckHostName(host) != UriHostNameType.Dns)
                .Select(host => $"Http:AllowedHosts takes names like flash.example.org, without a scheme or a port, but has '{host}'."))
            .ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase);
}
