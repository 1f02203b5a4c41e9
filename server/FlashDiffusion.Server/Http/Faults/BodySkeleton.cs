using System.Buffers;
using System.Text;
using System.Text.Json;

namespace FlashDiffusion.Server.Http.Faults;

/// <summary>
/// What is remembered of a JSON body while it is read, to say afterwards what was wrong with it: everything but the middle of long texts,
/// which are pictures; what was left out and can't be base64 leaves a question mark. A body of 64 MiB leaves a few kilobytes.
/// </summary>
internal sealed class BodySkeleton
{
    /// <summary>Bytes of a text that are kept.</summary>
    public const int LongestText = 4096;

    /// <summary>A backslash and what may belong to it, which must not be torn apart.</summary>
    private const int LongestEscape = 6;
    private const int Most = 256 * 1024;
    private static readonly SearchValues<byte> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);
    private readonly ArrayBufferWriter<byte> _kept = new();
    private bool _inText;
    private bool _escaped;
    private int _text;

    /// <summary>Whether too little was kept to say anything.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>Whether texts were shortened, so that places in it are not those in the body.</summary>
    public bool IsShortened { get; private set; }

    /// <summary>Whether there was nothing but white space.</summary>
    public bool IsEmpty => Json.Span.Trim(" \t\r\n"u8).IsEmpty;

    // A byte order mark, as some editors and shells write it, is none of it: the framework skips it too.
    private ReadOnlyMemory<byte> Json => _kept.WrittenSpan.StartsWith(Encoding.UTF8.Preamble) ? _kept.WrittenMemory[Encoding.UTF8.Preamble.Length..] : _kept.WrittenMemory;

    /// <exception cref="JsonException">What was kept is no JSON.</exception>
    public JsonDocument Parse() => JsonDocument.Parse(Json);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !IsGivenUp)
        {
            bytes = bytes[(_inText ? Text(bytes) : Structure(bytes))..];
        }
    }

    private int Structure(ReadOnlySpan<byte> bytes)
    {
        var quote = bytes.IndexOf((byte)'"');
        (_inText, _text) = (quote >= 0, 0);
        return Keep(bytes[..(quote < 0 ? bytes.Length : quote + 1)]);
    }

    private int Text(ReadOnlySpan<byte> bytes)
    {
        if (_escaped)
        {
            _escaped = false;
            return Keep(bytes[..1]);
        }

        var special = bytes.IndexOfAny((byte)'"', (byte)'\\');
        var run = special < 0 ? bytes.Length : special;
        var kept = Math.Min(run, LongestText - _text);
        _text += Keep(bytes[..kept]);
        IsShortened |= kept < run;
        if (bytes[kept..run].ContainsAnyExcept(Letters))
        {
            Keep("?"u8);
        }

        if (special < 0)
        {
            return run;
        }

        _inText = _escaped = bytes[special] == '\\';
        IsGivenUp |= _escaped && _text + LongestEscape > LongestText;
        return run + Keep(bytes.Slice(special, 1));
    }

    private int Keep(ReadOnlySpan<byte> bytes)
    {
        IsGivenUp |= _kept.WrittenCount + bytes.Length > Most;
        if (!IsGivenUp)
        {
            _kept.Write(bytes);
        }

        return bytes.Length;
    }
}
