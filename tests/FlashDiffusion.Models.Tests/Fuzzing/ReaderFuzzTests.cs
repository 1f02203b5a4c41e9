using System.IO.Compression;
using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Checkpoints.Pickle;
using FlashDiffusion.Models.Checkpoints.Torch;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Models.Repository.CompVis;
using FlashDiffusion.Pictures.BuiltIn;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Pictures.Geometry;
using FlashDiffusion.Testing;
using FlashDiffusion.Testing.Tools;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Fuzzing;

/// <summary>Every reader of files that users bring: no input may crash it, hang it, or make it use memory without bound.</summary>
public sealed class ReaderFuzzTests : IDisposable
{
    private const int LargestTensor = 1 << 20;

    private readonly string _root = Directory.CreateTempSubdirectory("fuzz").FullName;

    public ReaderFuzzTests()
    {
        set_num_threads(1);
        Directory.CreateDirectory(Path.Combine(_root, "m", "1"));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Safetensors_DamagedFiles_AreReadOrRefused()
    {
        var corpus = Corpus("mixed.expected.safetensors");
        var random = new Mutator(1);

        new FuzzRun().Over(() => random.Mutate(corpus), input => Open(input, SafetensorsFile.Open));
    }

    [Fact]
    public void Legacy_DamagedFiles_AreReadOrRefused()
    {
        var corpus = Corpus("mixed_legacy.pt", "mixed_tensors_only_legacy.pt", "malicious/oob_size_legacy.ckpt", "malicious/evil_os_system_legacy.ckpt");
        var random = new Mutator(2);

        new FuzzRun().Over(() => random.Mutate(corpus), input => Open(input, TorchFile.Open));
    }

    [Fact]
    public void Zip_DamagedFiles_AreReadOrRefused()
    {
        string[] names = ["mixed_zip.pt", "mixed_zip_proto4.pt", "numpy_scalar_zip.pt", "bare_state_dict_zip.pt", "malicious/negative_stride_zip.ckpt"];
        var corpus = Corpus(names);
        var pickles = corpus.Select(Pickle).ToList();
        var random = new Mutator(3);

        // Half of them are sound archives around a damaged pickle: damage to an archive is mostly found before its pickle is looked at.
        new FuzzRun().Over(
            () => random.Next(2) == 0 ? random.Mutate(corpus) : Repacked(corpus[random.Next(corpus.Count)], random.Mutate(pickles)),
            input => Open(input, TorchFile.Open));
    }

    [Fact]
    public void Pickle_RandomPrograms_AreRunOrRefused()
    {
        var random = new Mutator(4);

        new FuzzRun().Over(() => PickleProgram.Create(random), input => Open(input, path =>
        {
            using var handle = File.OpenHandle(path);
            var file = new FileWindow(handle, "program", 0, input.Length);
            _ = PickleJson.Of(new PickleInterpreter(new PickleInput(file), new TorchObjects("program"), "program").Run());
            return null;
        }));
    }

    [Fact]
    public void SeverityCheckpoint_DamagedHyperParameters_AreReadOrRefused()
    {
        var whole = Corpus("sevenc_vq_micro_light_zip.ckpt")[0];
        List<byte[]> pickles = [Pickle(whole)];
        var random = new Mutator(5);

        new FuzzRun().Over(() => Repacked(whole, random.Mutate(pickles)), input => Open(input, path =>
        {
            using var checkpoint = SeverityCheckpoint.Open(path);
            return null;
        }));
    }

    [Fact]
    public void Manifest_DamagedFiles_AreReadOrRefused()
    {
        List<byte[]> corpus =
        [
            .. Directory.EnumerateFiles(Path.Combine(Checkout.Root, "server", "models"), ManifestFile.FileName, SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
        ];
        var random = new Mutator(6);

        new FuzzRun().Over(() => random.Mutate(corpus), input => Configuration(input, ManifestFile.FileName, folder => ManifestFile.Read(folder)));
    }

    [Fact]
    public void Configuration_DamagedFiles_AreReadOrRefused()
    {
        var corpus = Corpus("ldm_micro.config.yaml", "sevenc_vq_micro_ldm_config.yaml");
        corpus.Add("a: [1, {b: &x c, d: *x}]\n? k\n: |\n  text\n--- !!map {}\n..."u8.ToArray());
        var random = new Mutator(7);

        // The scanner keeps more than its text: marks of line and column on every token.
        new FuzzRun { BytesPerByte = 4096 }.Over(() => random.Mutate(corpus), input => Configuration(input, CompVisFolder.ConfigName, folder => CompVisFolder.Read(folder)));
    }

    [Fact]
    public void Picture_DamagedFiles_AreReadOrRefused()
    {
        var picture = BuiltInPhotograph.Square(32).Centre(24, 20);
        List<byte[]> corpus = [PictureCodec.EncodePng(picture), PictureCodec.EncodePng(picture, 16), PictureCodec.EncodeJpeg(picture), PictureCodec.EncodeWebp(picture)];
        var random = new Mutator(8);
        var limits = PictureLimits.Default with { MaxSide = 512, MaxPixels = 512 * 512 };

        new FuzzRun { FixedBytes = 32L * limits.MaxPixels }.Over(() => random.Mutate(corpus), input => _ = PictureCodec.Decode(input, limits));
    }

    private void Open(byte[] input, Func<string, ICheckpoint?> open)
    {
        var path = Path.Combine(_root, "input");
        File.WriteAllBytes(path, input);
        try
        {
            var file = open(path);
            using var closing = file as IDisposable;
            foreach (var entry in file?.Entries.Values.Where(entry => entry.Bytes <= LargestTensor) ?? [])
            {
                file!.Read(entry.Name).Dispose();
            }
        }
        catch (CheckpointException)
        {
        }
    }

    private void Configuration(byte[] input, string name, Action<ModelFolder> read)
    {
        var folder = new ModelFolder(_root, "m", "1");
        File.WriteAllBytes(Path.Combine(folder.Path, name), input);
        try
        {
            read(folder);
        }
        catch (ModelRepositoryException)
        {
        }
    }

    private static List<byte[]> Corpus(params string[] names) => [.. names.Select(name => File.ReadAllBytes(Path.Combine(GoldenFolder.Own, "checkpoints", name)))];

    private static byte[] Pickle(byte[] archive)
    {
        using var zip = new ZipArchive(new MemoryStream(archive));
        using var stream = zip.Entries.Single(entry => entry.Name == "data.pkl").Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static byte[] Repacked(byte[] archive, byte[] pickle)
    {
        using var source = new ZipArchive(new MemoryStream(archive));
        using var target = new MemoryStream();
        using (var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in source.Entries)
            {
                using var to = zip.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                if (entry.Name == "data.pkl")
                {
                    to.Write(pickle);
                    continue;
                }

                using var from = entry.Open();
                from.CopyTo(to);
            }
        }

        return target.ToArray();
    }
}
