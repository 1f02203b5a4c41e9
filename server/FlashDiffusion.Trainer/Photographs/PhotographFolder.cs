using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Pictures.Geometry;

namespace FlashDiffusion.Trainer.Photographs;

/// <summary>Reads a folder of pictures, by name, so that an index means the same picture in every run.</summary>
internal static class PhotographFolder
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".webp"];

    /// <summary>Paths of the pictures, in ordinal order of their names.</summary>
    /// <exception cref="InvalidDataException">There is none, or no such folder.</exception>
    public static IReadOnlyList<string> List(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InvalidDataException($"There is no folder '{folder}' of pictures.");
        }

        var paths = Directory.EnumerateFiles(folder)
            .Where(path => Extensions.Contains(Path.GetExtension(path).ToLowerInvariant()))
            .OrderBy(Path.GetFileName, StringComparer.Ordinal).ToList();
        return paths.Count > 0 ? paths : throw new InvalidDataException($"There are no pictures (jpg, png, webp) in '{folder}'.");
    }

    public static Picture Read(string path)
    {
        var read = PictureCodec.Decode(File.ReadAllBytes(path));
        return read.Picture ?? throw new InvalidDataException($"'{path}': {read.Refusal!.Message}");
    }

    /// <summary>All pictures, each at every scale whose shorter side holds a crop.</summary>
    /// <param name="folder">Where the pictures lie.</param>
    /// <param name="scales">Factors on the side, 1 for as it is.</param>
    /// <param name="minimumSide">Shorter sides below this are left out.</param>
    public static IReadOnlyList<Photograph> Load(string folder, IReadOnlyList<double> scales, int minimumSide)
    {
        var versions = List(folder).AsParallel().AsOrdered().WithDegreeOfParallelism(2).Select(path => Versions(path, scales, minimumSide));
        var photographs = versions.SelectMany(list => list).ToList();
        return photographs.Count > 0
            ? photographs
            : throw new InvalidDataException($"No picture in '{folder}' is at least {minimumSide} pixels on its shorter side.");
    }

    private static List<Photograph> Versions(string path, IReadOnlyList<double> scales, int minimumSide)
    {
        var picture = Read(path);
        var versions = new List<Photograph>();
        foreach (var scale in scales)
        {
            var (width, height) = ((int)Math.Round(picture.Width * scale), (int)Math.Round(picture.Height * scale));
            if (Math.Min(width, height) >= minimumSide)
            {
                var scaled = scale.Equals(1.0) ? picture : picture.Resize(width, height);
                versions.Add(Photograph.From(Path.GetFileName(path), scaled));
            }
        }

        return versions;
    }
}
