using FlashDiffusion.Client;
using Message = FlashDiffusion.V1.Picture;

namespace FlashDiffusion.Cli.Measurements;

/// <summary>Measurements and kernels on the user's disk, which need not be pictures.</summary>
internal static class MeasurementFile
{
    /// <summary>Reads a measurement: a <c>.npy</c> of any shape as it is, a picture with its noise clipped.</summary>
    public static Message Read(FileInfo file) =>
        IsNumpy(file.FullName) ? new Message { Tensor = ReadTensor(file, "measurement") } : PictureFile.Read(file).ToMessage();

    /// <summary>Reads a kernel: a two-dimensional <c>.npy</c>, or a picture whose brightness is the kernel.</summary>
    public static V1.Tensor ReadKernel(FileInfo file)
    {
        if (IsNumpy(file.FullName))
        {
            return ReadTensor(file, "kernel");
        }

        var picture = PictureFile.Read(file);
        var pixels = picture.Height * picture.Width;
        var (red, green, blue) = (picture.Plane(0).ToArray(), picture.Plane(1).ToArray(), picture.Plane(2).ToArray());
        float[] values = [.. Enumerable.Range(0, pixels).Select(i => (red[i] + green[i] + blue[i]) / 3)];
        return TensorValues.ToTensor(values, picture.Height, picture.Width);
    }

    /// <summary>Writes a measurement as it came, or, if it is a picture and the name says so, as a picture.</summary>
    public static void Write(string path, Message measurement)
    {
        if (!IsNumpy(path))
        {
            PictureFile.Write(path, measurement.Tensor?.Shape is [3, _, _]
                ? measurement.ToPicture("measurement")
                : throw CliException.Usage($"{path}: this measurement is no colour picture; only a .npy can hold it."));
            return;
        }

        var tensor = measurement.Tensor ?? throw new CliException("The server's answer lacks the measurement.");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        File.WriteAllBytes(path, NpyFile.Write(tensor.ToFloats(), [.. tensor.Shape.Select(side => (int)side)]));
    }

    private static bool IsNumpy(string path) => Path.GetExtension(path).Equals(PictureFile.NumpyExtension, StringComparison.OrdinalIgnoreCase);

    private static V1.Tensor ReadTensor(FileInfo file, string what)
    {
        try
        {
            var (shape, values) = NpyFile.Read(PictureFile.ReadBytes(file));
            return TensorValues.ToTensor(values, [.. shape.Select(side => (long)side)]);
        }
        catch (InvalidDataException exception)
        {
            throw CliException.Usage($"{file.FullName} is no {what}: {exception.Message}.");
        }
    }
}
