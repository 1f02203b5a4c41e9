using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.RegularExpressions;

namespace FlashDiffusion.Server.Configuration;

/// <summary>What the library says of a value that breaks an annotation, in an operator's words: it names classes and attributes, he knows options.</summary>
internal static partial class AnnotationFailure
{
    /// <summary>The failure; as it came if it is none of an annotation.</summary>
    /// <param name="failure">What the library says.</param>
    /// <param name="section">Name of the section.</param>
    /// <param name="options">Its class of options.</param>
    /// <param name="configuration">Where the value comes from.</param>
    public static string Explain(string failure, string section, Type options, IConfiguration configuration)
    {
        if (Pattern().Match(failure) is not { Success: true } found || options.GetProperty(found.Groups["option"].Value) is not { } option)
        {
            return failure;
        }

        var key = $"{section}:{option.Name}";
        var expected = option.GetCustomAttributes<ValidationAttribute>().Select(Words).OfType<string>().FirstOrDefault();
        return expected is null ? $"{SettingFaults.Named(key)}: {found.Groups["error"].Value}" : $"{SettingFaults.Named(key)} must be {expected}, but is '{configuration[key]}'.";
    }

    private static string? Words(ValidationAttribute attribute) => attribute switch
    {
        RangeAttribute range => FormattableString.Invariant($"from {range.Minimum} to {range.Maximum}"),
        AllowedValuesAttribute words => "one of " + string.Join(", ", words.Values),
        RequiredAttribute => "something",
        _ => null,
    };

    [GeneratedRegex(@"^DataAnnotation validation failed for '\w+' members: '(?<option>\w+)' with the error: '(?<error>.*)'\.$", RegexOptions.Singleline)]
    private static partial Regex Pattern();
}
