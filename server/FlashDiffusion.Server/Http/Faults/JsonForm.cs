using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace FlashDiffusion.Server.Http.Faults;

/// <summary>Which values of JSON a field takes that is no message of its own.</summary>
internal static partial class JsonForm
{
    private const string Unset = "_UNSPECIFIED";

    /// <summary>Whether a message is written as one value.</summary>
    public static bool IsValue(MessageDescriptor message) => message.FullName == Duration.Descriptor.FullName || message.FullName == Timestamp.Descriptor.FullName;

    /// <summary>What a field takes; null if the value is such a one.</summary>
    public static string? Instead(FieldDescriptor field, JsonElement value) => field.FieldType switch
    {
        FieldType.String => value.ValueKind == JsonValueKind.String ? null : "a text in quotes",
        FieldType.Bytes => IsBase64(value) ? null : "base64 in quotes (with + and /, padded with =)",
        FieldType.Bool => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "true or false",
        FieldType.Double or FieldType.Float => IsNumber(value) ? null : "a number",
        FieldType.Enum => IsName(value, field.EnumType) ? null : $"one of {string.Join(", ", NamesOf(field.EnumType))}",
        FieldType.Message => IsValue(field.MessageType, value) ? null : field.MessageType.FullName == Duration.Descriptor.FullName ? "seconds like \"1.5s\"" : "a time like \"2026-01-31T12:00:00Z\"",
        FieldType.UInt64 or FieldType.Fixed64 => ulong.TryParse(Digits(value), NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null : Whole(ulong.MinValue, ulong.MaxValue),
        FieldType.UInt32 or FieldType.Fixed32 => uint.TryParse(Digits(value), NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null : Whole(uint.MinValue, uint.MaxValue),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => long.TryParse(Digits(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? null : Whole(long.MinValue, long.MaxValue),
        _ => int.TryParse(Digits(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? null : Whole(int.MinValue, int.MaxValue),
    };

    private static string Whole<T>(T least, T most) => $"a whole number from {least} to {most}";

    // ProtoJSON takes numbers in quotes too.
    private static string? Digits(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.String => value.GetString(),
        _ => null,
    };

    private static bool IsNumber(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number || (value.ValueKind == JsonValueKind.String && double.TryParse(value.GetString(), CultureInfo.InvariantCulture, out _));

    private static bool IsName(JsonElement value, EnumDescriptor type) =>
        value.ValueKind == JsonValueKind.Number ? value.TryGetInt32(out _) : value.ValueKind == JsonValueKind.String && type.FindValueByName(value.GetString()!) is not null;

    private static IEnumerable<string> NamesOf(EnumDescriptor type) => type.Values.Select(value => value.Name).Where(name => !name.EndsWith(Unset, StringComparison.Ordinal));

    // Of a shortened text the length says nothing; as it was sent, with its quotes and escapes, it is as long as what is kept of one.
    private static bool IsBase64(JsonElement value) => value.ValueKind == JsonValueKind.String && value.GetString()! is var text
        && (value.GetRawText().Length <= BodySkeleton.LongestText - BodySkeleton.LongestEscape ? Base64.IsValid(text) : Letters().IsMatch(text));

    private static bool IsValue(MessageDescriptor message, JsonElement value) => value.ValueKind == JsonValueKind.String && (message.FullName == Duration.Descriptor.FullName
        ? Seconds().Match(value.GetString()!) is { Success: true } match && long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) <= Duration.MaxSeconds
        : DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, out _));

    [GeneratedRegex(@"^-?(\d{1,12})(?:\.\d{1,9})?s$")]
    private static partial Regex Seconds();

    [GeneratedRegex(@"^[A-Za-z0-9+/ \t\r\n]*(?:=[ \t\r\n]*){0,2}$")]
    private static partial Regex Letters();
}
