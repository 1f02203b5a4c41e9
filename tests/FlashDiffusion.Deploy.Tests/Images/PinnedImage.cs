using System.Text.RegularExpressions;

namespace FlashDiffusion.Deploy.Tests.Images;

/// <summary>Whether the name of an image always means the same image, as far as a tag can say.</summary>
internal static partial class PinnedImage
{
    /// <summary>Whether it has a digest or a tag with three numbers.</summary>
    public static bool IsPinned(string image) => Digest().IsMatch(image) || Tag().IsMatch(image);

    [GeneratedRegex(@"@sha256:[0-9a-f]{64}$")]
    private static partial Regex Digest();

    [GeneratedRegex(@":v?\d+\.\d+\.\d+(-[\w.-]+)?$")]
    private static partial Regex Tag();
}
