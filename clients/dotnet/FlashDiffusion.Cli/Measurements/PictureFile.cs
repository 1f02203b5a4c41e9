using FlashDiffusion.Pictures.Codecs;
using Picture = FlashDiffusion.Pictures.Picture;

namespace FlashDiffusion.Cli.Measurements;

/// <summary>Pictures on the user's disk.</summary>
internal static class PictureFile
{
    public const string NumpyExtension = ".npy";

    /// <summary>What names of pictures end in.</summary>
    public static readonly IReadOnlyList<string> Endings = [".png", ".jpg", ".jpeg", ".webp", NumpyExtension];

    /// <summary>Reads a clean picture.</summary>
    public static Picture Read(FileInfo file)
    {
        var bytes = ReadBytes(file);
        return PictureCodec.Decode(bytes).TryGet(out var picture, out var refusal)
            ? picture
            : throw CliException.Usage($"{file.FullName}: {refusal.Message}");
    }

    /// <summary>Reads a measurement: <c>.npy</c> as it is, a picture with its noise clipped.</summary>
    public static Picture ReadMeasurement(FileInfo file)
    {
        if (!file.Extension.Equals(NumpyExtension, StringComparison.OrdinalIgnoreCase))
        {
            return Read(file);
        }

        try
        {
            var (shape, values) = NpyFile.Read(ReadBytes(file));
            return shape is [Picture.Channels, > 0, > 0]
                ? Picture.FromPlanar(shape[2], shape[1], values)
                : throw new InvalidDataException($"its shape is ({string.Join(", ", shape)}), not (3, height, width)");
        }
        catch (InvalidDataException exception)
        {
            throw CliException.Usage($"{file.FullName} is no measurement: {exception.Message}.");
        }
    }

    /// <summary>Writes in the format of the name's ending: png, jpg, webp or npy.</summary>
    public static void Write(string path, Picture picture)
    {
        var bytes = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".png" => PictureCodec.EncodePng(picture),
            ".jpg" or ".jpeg" => PictureCodec.EncodeJpeg(picture),
            ".webp" => PictureCodec.EncodeWebp(picture),
            NumpyExtension => NpyFile.Write(picture.Pixels, Picture.Channels, picture.Height, picture.Width),
            _ => throw WrongEnding(path),
        };
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Refuses a name that nothing can be written under, before any work is done for it.</summary>
    public static string CheckName(string path) => Endings.Contains(Path.GetExtension(path).ToLowerInvariant()) ? path : throw WrongEnding(path);

    private static CliException WrongEnding(string path) => CliException.Usage($"{path}: the name must end in .png, .jpg, .webp or .npy.");

    /// <summary>The bytes of a file that must be there.</summary>
    public static byte[] ReadBytes(FileInfo file)
    {
        if (file.Exists)
        {
            return File.ReadAllBytes(file.FullName);
        }

        throw CliException.Usage(Directory.Exists(file.FullName) ? $"{file.FullName} is a folder; one file is expected here." : $"There is no file {file.FullName}.");
    }
}
