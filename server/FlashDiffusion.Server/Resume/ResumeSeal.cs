using System.Security.Cryptography;

namespace FlashDiffusion.Server.Resume;

/// <summary>Seals resume tokens: <c>FDT1</c>, id of the key, payload, HMAC-SHA256 over all before it.</summary>
internal sealed class ResumeSeal(ResumeKeyring keys)
{
    /// <summary>Largest token in bytes; nothing longer is looked at.</summary>
    public const int LargestToken = 16 * 1024;

    private const int TagLength = 32;

    private static ReadOnlySpan<byte> Magic => "FDT1"u8;

    private static int HeadLength => Magic.Length + ResumeKey.IdLength;

    /// <summary>Seals a payload with the current key.</summary>
    public byte[] Seal(ReadOnlySpan<byte> payload)
    {
        var key = keys.Current;
        byte[] signed = [.. Magic, .. key.Id, .. payload];
        return [.. signed, .. key.Tag(signed)];
    }

    /// <summary>The payload of a token that this server or one with the same key sealed; null of any other bytes.</summary>
    public ReadOnlyMemory<byte>? Open(ReadOnlyMemory<byte> token)
    {
        if (token.Length < HeadLength + TagLength || token.Length > LargestToken || !token.Span.StartsWith(Magic))
        {
            return null;
        }

        var signed = token[..^TagLength];
        var key = keys.Find(signed.Span[Magic.Length..HeadLength]);
        // Compared in constant time, so that nobody finds a tag byte by byte.
        if (key is null || !CryptographicOperations.FixedTimeEquals(key.Tag(signed.Span), token.Span[^TagLength..]))
        {
            return null;
        }

        return signed[HeadLength..];
    }
}
