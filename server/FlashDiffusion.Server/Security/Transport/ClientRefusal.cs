using System.Security.Cryptography.X509Certificates;
using FlashDiffusion.Server.Errors;

namespace FlashDiffusion.Server.Security.Transport;

/// <summary>Says why a client's certificate does not let it in.</summary>
internal static class ClientRefusal
{
    // Whoever connects writes it.
    private const int LongestName = 200;

    /// <param name="certificate">What the client showed; null for nothing.</param>
    /// <param name="chain">How far it leads to an authority.</param>
    public static string Describe(X509Certificate? certificate, X509Chain? chain)
    {
        if (certificate is null)
        {
            return "no certificate shown";
        }

        var problems = chain is null ? [] : chain.ChainStatus.Select(status => status.Status).Distinct();
        return $"{string.Join(", ", problems)}: {Name(certificate.Subject)}, signed by {Name(certificate.Issuer)}";
    }

    private static string Name(string name) => Cutting.Head(string.Concat(name.Select(letter => char.IsControl(letter) ? '?' : letter)), LongestName);
}
