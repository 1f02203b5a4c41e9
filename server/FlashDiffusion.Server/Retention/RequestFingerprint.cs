using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace FlashDiffusion.Server.Retention;

/// <summary>What makes two requests the same: everything but the name, and where a resumed one goes on.</summary>
/// <param name="Hash">SHA-256 of everything but those and the seed.</param>
/// <param name="Seed">The seed; null if the server is to choose one.</param>
internal sealed record RequestFingerprint(string Hash, ulong? Seed)
{
    /// <summary>Whether another request asks for the same.</summary>
    /// <param name="again">The other request.</param>
    /// <param name="chosen">The seed that the server chose for this one; a client that has learned it may say it.</param>
    public bool IsSame(RequestFingerprint again, ulong? chosen) => Hash == again.Hash && (Seed == again.Seed || (Seed is null && again.Seed == chosen));

    /// <summary>The fingerprint of a request; clients write maps in any order, so they are sorted first.</summary>
    public static RequestFingerprint Of(V1.ReconstructRequest message)
    {
        var plain = message.Clone();
        plain.RequestId = "";
        plain.ResumeFrom = null;
        plain.ClearSeed();
        Sort(plain.Solver?.Parameters);
        Sort(plain.Operator?.Parameters);

        // A clone shares the bytes of pictures; written out in one piece they would be there twice, however large.
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        {
            plain.WriteTo(stream);
        }

        return new RequestFingerprint(Convert.ToHexString(hash.Hash!), message.HasSeed ? message.Seed : null);
    }

    private static void Sort(MapField<string, V1.ParameterValue>? parameters)
    {
        if (parameters is not null)
        {
            var sorted = parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToArray();
            parameters.Clear();
            foreach (var (name, value) in sorted)
            {
                parameters.Add(name, value);
            }
        }
    }
}
