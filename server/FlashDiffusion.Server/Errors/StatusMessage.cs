using System.Text;

namespace FlashDiffusion.Server.Errors;

/// <summary>
/// The text of a status as gRPC sends it in a header: percent-encoded where it is no printable ASCII, and '%' itself. Nothing else, since readers
/// need not decode what the rule does not encode (JavaScript's <c>decodeURI</c> leaves ':' and ',' as they came).
/// </summary>
/// <remarks>gRPC over HTTP/2, Responses, Status-Message.</remarks>
internal static class StatusMessage
{
    private const string Name = "grpc-message";

    public static void Write(IHeaderDictionary place, string message) => place[Name] = Encode(message);

    public static string Read(IHeaderDictionary place) => Uri.UnescapeDataString(place[Name].ToString());

    public static string Encode(string message)
    {
        var encoded = new StringBuilder(message.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(message))
        {
            _ = octet is >= 0x20 and <= 0x7E and not (byte)'%' ? encoded.Append((char)octet) : encoded.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }
}
