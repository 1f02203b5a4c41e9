using Microsoft.Net.Http.Headers;

namespace FlashDiffusion.Server.Http;

/// <summary>What a request of the JSON API says that its body is.</summary>
internal static class JsonContent
{
    public const string NoJson = "The body must be JSON, and say so: content-type: application/json.";
    public const string NoUtf8 = "JSON is read in UTF-8 only: content-type: application/json without a charset, or with charset=utf-8.";

    /// <summary>
    /// Makes the framework read JSON in UTF-8, as RFC 8259 asks of all that travels. The framework would fail at a charset that it does not know, and
    /// answer in the one that it was asked in; it takes quotes for a part of the name.
    /// </summary>
    /// <returns>Whether the request says nothing else.</returns>
    public static bool TakesUtf8(HttpRequest request)
    {
        if (!request.HasJsonContentType() || !MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.Charset.HasValue)
        {
            return true;
        }

        if (!HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        type.Charset = "utf-8";
        request.ContentType = type.ToString();
        return true;
    }

    /// <summary>Whether the framework refused the body because it does not say that it is JSON.</summary>
    public static bool WasNoJson(HttpContext context) =>
        context.Response.StatusCode == StatusCodes.Status400BadRequest && HttpMethods.IsPost(context.Request.Method) && !context.Request.HasJsonContentType();
}
