using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace FlashDiffusion.Server.Retention;

/// <summary>What makes two requests the same: everything but the name, and where a resumed one goes on.</summary>
/// <param name="Hash">SHA-256 of everything but those and what may be left to the server.</param>
/// <param name="Choices">What it says of that.</param>
internal sealed record RequestFingerprint(string Hash, RequestChoices Choices)
{
    /// <summary>Whether another request asks for the same.</summary>
    /// <param name="again">The other request.</param>
    /// <param name="chosen">What the server chose for this one; null if it has not yet.</param>
    public bool IsSame(RequestFingerprint again, RequestChoices? chosen) => Hash == again.Hash && Choices.Allow(again.Choices, chosen);

    /// <summary>The fingerprint of a request; clients write maps in any order, so they are sorted first.</summary>
    public static RequestFingerprint Of(V1.ReconstructRequest message)
    {
        var plain = message.Clone();
        plain.RequestId = "";
        plain.ResumeFrom = null;
        RequestChoices.Clear(plain);
        Sort(plain.Solver?.Parameters);
        Sort(plain.Operator?.Parameters);

        // A clone shares the bytes of pictures; written out in one piece they would be there twice, however large.
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        {
            plain.WriteTo(stream);
        }

        return new RequestFingerprint(Convert.ToHexString(hash.Hash!), RequestChoices.Of(message));
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
