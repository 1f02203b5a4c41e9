using System.Security.Cryptography;

namespace FlashDiffusion.Server.Resume;

/// <summary>One key of the seal.</summary>
internal sealed class ResumeKey
{
    /// <summary>Bytes of <see cref="Id"/>.</summary>
    public const int IdLength = 8;

    private readonly byte[] _key;

    /// <param name="key">At least 32 bytes.</param>
    public ResumeKey(byte[] key)
    {
        _key = key;
        Id = HMACSHA256.HashData(key, "flashdiffusion resume key id"u8)[..IdLength];
    }

    /// <summary>Names the key without telling it.</summary>
    public byte[] Id { get; }

    /// <summary>The tag of a message, 32 bytes.</summary>
    public byte[] Tag(ReadOnlySpan<byte> message) => HMACSHA256.HashData(_key, message);
}
