using System.Text.RegularExpressions;
using Google.Api;
using Google.Protobuf.Reflection;

namespace FlashDiffusion.Server.Http.OpenApi;

/// <summary>Which HTTP request means a method.</summary>
/// <param name="Method">The method.</param>
/// <param name="Verb">In small letters, as OpenAPI writes it.</param>
/// <param name="Path">Path with field names of the request in braces.</param>
/// <param name="HasBody">Whether the body is the request; otherwise fields that are not in the path are query parameters.</param>
internal sealed partial record HttpBinding(MethodDescriptor Method, string Verb, string Path, bool HasBody)
{
    /// <summary>Names of the fields in the path.</summary>
    public IEnumerable<string> PathFields => Braces().Matches(Path).Select(match => match.Groups[1].Value);

    /// <summary>The binding that a rule means. Bodies are whole requests in this API.</summary>
    public static HttpBinding Of(MethodDescriptor method, HttpRule rule) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => new(method, "get", rule.Get, false),
        HttpRule.PatternOneofCase.Post => new(method, "post", rule.Post, rule.Body == "*"),
        _ => throw new NotSupportedException($"{method.FullName} has the pattern {rule.PatternCase}; this API has GET and POST."),
    };

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Braces();
}
