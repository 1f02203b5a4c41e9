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
    public const int LongestEscape = 6;

    /// <summary>Bytes that are kept of everything; no request needs them beside its long texts.</summary>
    public const int Most = 256 * 1024;

    /// <summary>Once so much is kept, white space isn't, but for the ends of lines, by which what is wrong is named.</summary>
    private const int MostWithBlanks = 64 * 1024;

    private static readonly SearchValues<byte> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= "u8);

    /// <summary>What escapes of base64 begin with behind their backslash: of a slash, of what ends lines, and of any character by its number.</summary>
    private static readonly SearchValues<byte> LettersEscaped = SearchValues.Create("/nrtu"u8);
    private static ReadOnlySpan<byte> Blanks => " \t\r"u8;

    private readonly ArrayBufferWriter<byte> _kept = new();
    private bool _inText;
    private bool _escaped;
    private bool _dropsEscape;
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
        var run = bytes[..(quote < 0 ? bytes.Length : quote + 1)];
        return _kept.WrittenCount + run.Length <= MostWithBlanks ? Keep(run) : KeepWithoutBlanks(run);
    }

    private int Text(ReadOnlySpan<byte> bytes)
    {
        if (_escaped)
        {
            return Escape(bytes[0]);
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
        _dropsEscape = _escaped && _text + LongestEscape > LongestText;
        if (_dropsEscape)
        {
            return run + 1;
        }

        _text += Keep(bytes.Slice(special, 1));
        return run + 1;
    }

    /// <summary>What stands behind a backslash. The digits of a character's number are letters like others.</summary>
    private int Escape(byte kind)
    {
        _escaped = false;
        if (!_dropsEscape)
        {
            _text += Keep([kind]);
        }
        else if (LettersEscaped.Contains(kind))
        {
            (IsShortened, _text) = (true, LongestText);
        }
        else
        {
            Keep([(byte)'\\', kind]);
        }

        return 1;
    }

    private int KeepWithoutBlanks(ReadOnlySpan<byte> run)
    {
        for (var rest = run; !rest.IsEmpty;)
        {
            var token = rest.IndexOfAny(Blanks);
            Keep(token < 0 ? rest : rest[..token]);
            IsShortened |= token >= 0;
            rest = token < 0 ? [] : rest[token..].TrimStart(Blanks);
        }

        return run.Length;
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
