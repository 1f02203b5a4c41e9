using System.Security.Cryptography;
using System.Text.Json;
using FlashDiffusion.Models.Repository.CompVis;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints.Torch;

/// <summary>Every genuine file of the golden <c>checkpoints</c> folder, byte by byte, and every malicious one, refused.</summary>
public class GoldenCheckpointsTests
{
    private const string Folder = "checkpoints";
    private const string ExpectedSuffix = ".expected.json";
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Genuine => [.. Files().Where(name => Expected(name) is not null)];

    public static TheoryData<string> WithoutReference => [.. Files().Where(name => Expected(name) is null)];

    public static TheoryData<string> SeverityEncoders => [.. Files().Where(name => Expected(name)?.TryGetProperty("first_stage_config", out _) == true)];

    public static TheoryData<string> Malicious => [.. MaliciousList().EnumerateArray().Select(file => file.GetProperty("file").GetString()!)];

    [Theory]
    [MemberData(nameof(Genuine))]
    public void Read_GenuineFile_GivesEveryTensorByteForByte(string name)
    {
        using var scope = NewDisposeScope();
        using var file = TorchFile.Open(GoldenFolder.File(Folder, name));
        var golden = Expected(name)!.Value;

        var severity = golden.TryGetProperty("sev_encoder_state_dict_after_load", out var after);
        var prefix = severity && file.Entries.Keys.Any(key => key.StartsWith("pretrained", StringComparison.Ordinal)) ? "encoder." : string.Empty;
        var expected = (severity ? after : golden.GetProperty("state_dict")).EnumerateArray().ToList();

        Assert.NotEmpty(expected);
        foreach (var entry in expected)
        {
            Check(file, prefix, entry);
        }

        if (!severity)
        {
            Assert.Equal(expected.Select(entry => entry.GetProperty("key").GetString()), file.Entries.Keys);
        }

        if (golden.TryGetProperty("full_ckpt_state_dict_keys", out var keys) && prefix.Length > 0)
        {
            Assert.Equal(keys.EnumerateArray().Select(key => key.GetString()), file.Entries.Keys);
        }

        if (golden.TryGetProperty("epoch", out var epoch))
        {
            Assert.Equal(epoch.GetInt64(), file.Root.Values["epoch"]);
            Assert.Equal(golden.GetProperty("top_level_keys").EnumerateArray().Select(key => key.GetString()), file.Root.Values.Keys);
        }
    }

    [Theory]
    [MemberData(nameof(WithoutReference))]
    public void Read_GenuineFileWithoutReference_GivesFiniteTensors(string name)
    {
        using var scope = NewDisposeScope();
        using var file = TorchFile.Open(GoldenFolder.File(Folder, name));

        Assert.NotEmpty(file.Entries);
        Assert.All(file.Entries.Keys, key => Assert.True(file.Read(key).isfinite().all().item<bool>()));
    }

    [Theory]
    [MemberData(nameof(SeverityEncoders))]
    public void Load_SeverityEncoder_GivesReferenceNumbers(string name)
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        var (stem, golden) = (Stem(name)!, Expected(name)!.Value);
        var config = CompVisConfig.Parse(YamlReader.Read("config", File.ReadAllText(GoldenFolder.File(Folder, stem + "_ldm_config.yaml"))));
        using var checkpoint = SeverityCheckpoint.Open(GoldenFolder.File(Folder, name));
        using var network = checkpoint.Load(config.FirstStage, CPU);
        using var numbers = GoldenTensors.Open(Folder, stem + ".safetensors");

        var prediction = network.Forward(numbers["y"]);

        GoldenAssert.RelativeL2("mean", numbers["mean"], prediction.Mean, Tolerance);
        GoldenAssert.RelativeL2("var", numbers["var"], prediction.Variance, Tolerance);
        Assert.Equal(golden.GetProperty("operator_config").GetProperty("type").GetString(), checkpoint.Training.Operator);
        Assert.Equal(
            [golden.GetProperty("noise_config").GetProperty("sigma_min").GetDouble(), golden.GetProperty("noise_config").GetProperty("sigma_max").GetDouble()],
            checkpoint.Training.Ranges["noise_std"]);
    }

    [Theory]
    [MemberData(nameof(Malicious))]
    public void Open_MaliciousFile_IsRefusedAndRunsNothing(string name)
    {
        var marker = Path.Combine(Path.GetTempPath(), "pwned_by_golden_fixture");
        Assert.False(File.Exists(marker), "The marker of an earlier attack is still there.");

        var exception = Assert.ThrowsAny<CheckpointException>(() => TorchFile.Open(GoldenFolder.File(Folder, name)).Dispose());

        Assert.Contains(Path.GetFileName(name), exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(marker), "The file's payload was run.");
    }

    [Fact]
    public void Malicious_EveryFileOfTheFolder_IsListed()
    {
        var listed = MaliciousList().EnumerateArray().Select(file => Path.GetFileName(file.GetProperty("file").GetString()!)).Order(StringComparer.Ordinal);

        Assert.Equal(listed, GoldenFolder.Names(Path.Combine(Folder, "malicious"), ".ckpt").Select(name => name + ".ckpt").Order(StringComparer.Ordinal));
        Assert.All(MaliciousList().EnumerateArray(), file => Assert.Equal("refuse", file.GetProperty("expect").GetString()));
    }

    [Fact]
    public void Configuration_GoldenYaml_IsTheGoldenJson()
    {
        var stems = GoldenFolder.Names(Folder, ".config.yaml");
        Assert.NotEmpty(stems);
        foreach (var stem in stems)
        {
            var read = YamlReader.Read("config", File.ReadAllText(GoldenFolder.File(Folder, stem + ".config.yaml")));
            using var document = JsonDocument.Parse(File.ReadAllText(GoldenFolder.File(Folder, stem + ExpectedSuffix)));
            Assert.True(JsonElement.DeepEquals(document.RootElement.GetProperty("config"), read));
        }
    }

    private static void Check(TorchFile file, string prefix, JsonElement golden)
    {
        var key = prefix + golden.GetProperty("key").GetString();
        Assert.True(file.Entries.TryGetValue(key, out var entry), $"'{key}' is missing.");
        Assert.Equal(golden.GetProperty("dtype").GetString(), NameOf(entry.Type));
        Assert.Equal(Numbers(golden, "shape"), entry.Shape);
        if (golden.TryGetProperty("stride", out _))
        {
            Assert.Equal(Numbers(golden, "stride"), file.Tensors[key].Strides);
            Assert.Equal(golden.GetProperty("storage_offset").GetInt64(), file.Tensors[key].Offset);
            Assert.Equal(golden.GetProperty("storage_numel").GetInt64(), file.Tensors[key].Storage.Elements);
        }

        using var tensor = file.Read(key);
        Assert.Equal(entry.Shape, tensor.shape);
        using var flat = tensor.reshape(-1);
        Assert.Equal(golden.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(flat.numel() == 0 ? [] : flat.bytes)));
    }

    private static string NameOf(ScalarType type) => type switch
    {
        ScalarType.Byte => "uint8",
        _ => type.ToString().ToLowerInvariant(),
    };

    private static IEnumerable<long> Numbers(JsonElement golden, string property) => golden.GetProperty(property).EnumerateArray().Select(size => size.GetInt64());

    private static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(GoldenFolder.File(Folder)).Select(path => Path.GetFileName(path)).Where(name => Path.GetExtension(name) is ".ckpt" or ".pt").Order(StringComparer.Ordinal);

    // The reference whose name the file's begins with.
    private static string? Stem(string name) => GoldenFolder.Names(Folder, ExpectedSuffix).Where(stem => name.StartsWith(stem, StringComparison.Ordinal)).MaxBy(stem => stem.Length);

    private static JsonElement? Expected(string name)
    {
        if (Stem(name) is not { } stem)
        {
            return null;
        }

        using var document = JsonDocument.Parse(File.ReadAllText(GoldenFolder.File(Folder, stem + ExpectedSuffix)));
        return document.RootElement.Clone();
    }

    private static JsonElement MaliciousList()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(GoldenFolder.File(Folder, "malicious", "expected.json")));
        return document.RootElement.GetProperty("files").Clone();
    }
}
