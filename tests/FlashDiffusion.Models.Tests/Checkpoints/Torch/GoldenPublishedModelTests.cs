using FlashDiffusion.Models.Networks;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Testing;
using FlashDiffusion.Testing.Checkpoints;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints.Torch;

/// <summary>Every published model of the golden <c>nets</c> folder at its real size, through a checkpoint file and the repository.</summary>
public class GoldenPublishedModelTests
{
    public static TheoryData<string> Cases => GoldenFolder.Cases("nets", ".safetensors", name => name.StartsWith("real_", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Load_CheckpointFile_GivesReferenceNumbers(string name)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("LONG") == "1", "Writes and runs a checkpoint of 1.3 GB; LONG=1 does. PublishedModelTests do the same with a small one.");
        set_num_threads(1);
        using var scope = NewDisposeScope();
        var root = Directory.CreateTempSubdirectory("real").FullName;
        try
        {
            using var golden = GoldenTensors.Open("nets", name + ".safetensors");
            PublishedCheckpoint.Write(Path.Combine(root, "model"), GoldenRealSizeCheck.Configuration(golden.Metadata["config"]).GetProperty("params"));

            using var catalog = ModelRepository.Load(root, CPU);

            Assert.Equal(string.Empty, Assert.Single(catalog.Entries).Message);
            GoldenRealSizeCheck.Model(golden, catalog.Models[0].Model);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
