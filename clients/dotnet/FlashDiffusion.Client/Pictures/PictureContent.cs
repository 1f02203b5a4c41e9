using FlashDiffusion.V1;
using Google.Protobuf;

namespace FlashDiffusion.Client;

/// <summary>Pictures in and out of <see cref="Picture"/> messages as files, streams and spans. Decodes and encodes nothing: servers do that.</summary>
public static class PictureContent
{
    private const int Channels = 3;

    /// <summary>A picture from a PNG, JPEG or WebP file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="InvalidDataException">The file is empty.</exception>
    public static async Task<Picture> FromFileAsync(string path, CancellationToken cancellation = default)
    {
        var bytes = await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false);
        return bytes.Length > 0 ? Wrap(bytes) : throw new InvalidDataException($"{path} is empty.");
    }

    /// <summary>A picture from the rest of a stream that has a PNG, JPEG or WebP file.</summary>
    /// <param name="stream">Read to its end; stays open.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="InvalidDataException">The stream is at its end.</exception>
    public static async Task<Picture> FromStreamAsync(Stream stream, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var encoded = await ByteString.FromStreamAsync(stream, cancellation).ConfigureAwait(false);
        return encoded.Length > 0 ? new Picture { Encoded = encoded } : throw new InvalidDataException("The stream is at its end: rewind what was written to it.");
    }

    /// <summary>A picture from the bytes of a PNG, JPEG or WebP file.</summary>
    /// <param name="encoded">The whole file; copied.</param>
    public static Picture FromEncoded(ReadOnlySpan<byte> encoded) => new() { Encoded = ByteString.CopyFrom(encoded) };

    /// <summary>A picture from numbers, exact and unclipped: the form for a noisy measurement.</summary>
    /// <param name="pixels">(3, height, width), row-major, red first, nominally on [0, 1]; copied.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <exception cref="ArgumentException">There are more or fewer numbers.</exception>
    public static Picture FromPixels(ReadOnlySpan<float> pixels, int height, int width) =>
        new() { Tensor = TensorValues.ToTensor(pixels, Channels, height, width) };

    /// <summary>A picture from the bytes that imaging libraries hold.</summary>
    /// <param name="rgb">(height, width, 3), row-major, red first, 0 to 255; copied.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <exception cref="ArgumentException">There are more or fewer bytes.</exception>
    public static Picture FromRgb(ReadOnlySpan<byte> rgb, int height, int width)
    {
        var plane = (long)height * width;
        if (rgb.Length != Channels * plane)
        {
            throw new ArgumentException($"A {height}x{width} picture has {Channels * plane} bytes, not {rgb.Length}.", nameof(rgb));
        }

        var planar = new byte[rgb.Length];
        for (var i = 0; i < rgb.Length; i++)
        {
            planar[(i % Channels * plane) + (i / Channels)] = rgb[i];
        }

        var tensor = new Tensor { DataType = DataType.Uint8, Data = UnsafeByteOperations.UnsafeWrap(planar) };
        tensor.Shape.AddRange([Channels, height, width]);
        return new Picture { Tensor = tensor };
    }

    /// <summary>Writes the picture's file to the disk as the server encoded it, whatever the name's ending.</summary>
    /// <param name="picture">From an answer.</param>
    /// <param name="path">Where to; what is there is replaced.</param>
    /// <param name="cancellation">Ends the writing.</param>
    /// <exception cref="InvalidOperationException">The picture is a tensor: ask for <c>Output.Format</c> PNG, JPEG or WebP.</exception>
    public static Task SaveAsync(this Picture picture, string path, CancellationToken cancellation = default) =>
        File.WriteAllBytesAsync(path, picture.EncodedMemory(), cancellation);

    /// <summary>Writes the picture's file to a stream as the server encoded it.</summary>
    /// <param name="picture">From an answer.</param>
    /// <param name="stream">Where to; stays open.</param>
    /// <param name="cancellation">Ends the writing.</param>
    /// <exception cref="InvalidOperationException">The picture is a tensor: ask for <c>Output.Format</c> PNG, JPEG or WebP.</exception>
    public static Task WriteToAsync(this Picture picture, Stream stream, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.WriteAsync(picture.EncodedMemory(), cancellation).AsTask();
    }

    /// <summary>The picture's file, without a copy.</summary>
    /// <exception cref="InvalidOperationException">The picture is a tensor: ask for <c>Output.Format</c> PNG, JPEG or WebP.</exception>
    public static ReadOnlyMemory<byte> EncodedMemory(this Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return picture.ContentCase == Picture.ContentOneofCase.Encoded
            ? picture.Encoded.Memory
            : throw new InvalidOperationException("The picture is no file but numbers: ask for Output.Format PNG, JPEG or WebP, or take ToPixels.");
    }

    /// <summary>The picture's numbers, (3, height, width), row-major, red first, nominally on [0, 1].</summary>
    /// <exception cref="InvalidOperationException">The picture is a file: ask for <c>Output.Format</c> TENSOR.</exception>
    public static float[] ToPixels(this Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return picture.ContentCase == Picture.ContentOneofCase.Tensor
            ? picture.Tensor.ToFloats()
            : throw new InvalidOperationException("The picture is a file and no numbers: ask for Output.Format TENSOR, or take EncodedMemory.");
    }

    private static Picture Wrap(byte[] file) => new() { Encoded = UnsafeByteOperations.UnsafeWrap(file) };
}
