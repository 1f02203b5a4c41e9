using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Trainer.Photographs;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Diffusion;

/// <summary>
/// Latents of whole photographs, computed once and kept in a file: the encoder costs more than the UNet, and random windows of
/// a few thousand latent pictures vary more than any affordable number of encoded crops.
/// </summary>
internal static class LatentCache
{
    /// <summary>Reads the cache if it fits the autoencoder, the photographs and the precision, else makes it.</summary>
    /// <param name="path">The cache file.</param>
    /// <param name="weights">The autoencoder's weights, whose hash guards the cache with those of the photographs.</param>
    /// <param name="autoencoder">The frozen autoencoder.</param>
    /// <param name="photographs">What to encode; every second one is mirrored.</param>
    /// <param name="reduced">Encode under bfloat16 autocast: twice as fast, errors of about a hundredth of the latent's deviation.</param>
    /// <param name="progress">Receives the number of encoded photographs.</param>
    public static IReadOnlyList<LatentPicture> Open(
        string path, string weights, AutoencoderKl autoencoder, IReadOnlyList<Photograph> photographs, bool reduced, Action<int> progress)
    {
        var key = KeyOf(weights, photographs, reduced);
        if (File.Exists(path) && Read(path, key) is { } cached)
        {
            return cached;
        }

        var latents = new List<LatentPicture>(photographs.Count);
        foreach (var photograph in photographs)
        {
            latents.Add(Encode(autoencoder, photograph, mirrored: latents.Count % 2 == 1, reduced));
            progress(latents.Count);
        }

        Write(path, key, latents);
        return latents;
    }

    // What latents depend on: other pictures, as many and of the same size, give others.
    private static byte[] KeyOf(string weights, IReadOnlyList<Photograph> photographs, bool reduced)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(SHA256.HashData(File.ReadAllBytes(weights)));
        hash.AppendData([reduced ? (byte)1 : (byte)0]);
        foreach (var photograph in photographs)
        {
            hash.AppendData(photograph.Hash());
        }

        return hash.GetHashAndReset();
    }

    private static LatentPicture Encode(AutoencoderKl autoencoder, Photograph photograph, bool mirrored, bool reduced)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var multiple = autoencoder.Downsampling;
        var (width, height) = (photograph.Width / multiple * multiple, photograph.Height / multiple * multiple);
        var pixels = new float[3 * width * height];
        photograph.CopyWindow(0, 0, width, height, mirrored, pixels);
        using var autocast = Autocast.Begin(reduced);
        var latent = autoencoder.EncodeMode(tensor(pixels, [1, 3, height, width])).to(ScalarType.Float32).contiguous();
        var values = latent.data<float>().Select(value => (Half)value).ToArray();
        return new LatentPicture((int)latent.shape[1], (int)latent.shape[2], (int)latent.shape[3], values);
    }

    private static void Write(string path, byte[] key, List<LatentPicture> latents)
    {
        using (var writer = new BinaryWriter(File.Create(path + ".partial")))
        {
            writer.Write(key);
            writer.Write(latents.Count);
            foreach (var latent in latents)
            {
                writer.Write(latent.Channels);
                writer.Write(latent.Height);
                writer.Write(latent.Width);
                writer.Write(MemoryMarshal.AsBytes(latent.Values.AsSpan()));
            }
        }

        File.Move(path + ".partial", path, overwrite: true);
    }

    private static List<LatentPicture>? Read(string path, byte[] key)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        if (!reader.ReadBytes(key.Length).AsSpan().SequenceEqual(key))
        {
            return null;
        }

        var count = reader.ReadInt32();
        var latents = new List<LatentPicture>(count);
        for (var i = 0; i < count; i++)
        {
            var (channels, height, width) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
            var values = new Half[channels * height * width];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
            latents.Add(new LatentPicture(channels, height, width, values));
        }

        return latents;
    }
}
