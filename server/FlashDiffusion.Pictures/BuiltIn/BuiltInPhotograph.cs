using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Pictures.Geometry;

namespace FlashDiffusion.Pictures.BuiltIn;

/// <summary>
/// The photograph that demonstrations use when they are given none: two macaws, picture 23 of the Kodak Lossless True Color set
/// (photograph by Steve Kelly, released by Eastman Kodak for unrestricted use), scaled down and cut to 256x256. No training set
/// of a shipped model holds it.
/// </summary>
public static class BuiltInPhotograph
{
    // The eye of the nearer bird is close to the middle of a window around this point.
    private const int FocusX = 92;
    private const int FocusY = 138;

    /// <summary>The whole photograph, 256x256.</summary>
    public static Picture Whole()
    {
        using var stream = typeof(BuiltInPhotograph).Assembly.GetManifestResourceStream("macaws.png")
            ?? throw new InvalidOperationException("The built-in photograph is missing from this build.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return PictureCodec.Decode(copy.ToArray()).TryGet(out var picture, out var refusal)
            ? picture
            : throw new InvalidOperationException($"The built-in photograph is damaged: {refusal.Message}");
    }

    /// <summary>A square of it: cut around a bird's head at the full resolution, or the whole, enlarged, above 256.</summary>
    /// <param name="side">Pixels a side, at least 1.</param>
    public static Picture Square(int side)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(side);
        var whole = Whole();
        return side > whole.Width
            ? whole.Resize(side, side)
            : whole.Window(Start(FocusX, side, whole.Width), Start(FocusY, side, whole.Height), side, side);
    }

    private static int Start(int focus, int side, int length) => Math.Clamp(focus - (side / 2), 0, length - side);
}
