using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Every network of the golden <c>nets</c> folder, recognised by the prefix of its name.</summary>
public class GoldenNetsTests
{
    public static TheoryData<string> Cases => GoldenFolder.Cases("nets", ".safetensors");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Network_GoldenCase_GivesReferenceNumbers(string name)
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        if (name.StartsWith("real_", StringComparison.Ordinal))
        {
            GoldenRealSizeCheck.Run(name);
            return;
        }

        using var golden = new GoldenNetsCase(name);
        Action<GoldenNetsCase> check = name switch
        {
            _ when name.StartsWith("unet_", StringComparison.Ordinal) => GoldenUNetCheck.Run,
            _ when name.StartsWith("sevenc", StringComparison.Ordinal) => GoldenSeverityCheck.Run,
            _ when golden.Config.ClassName == "UNetModel" => GoldenUNetCheck.Run,
            _ when name.StartsWith("vq", StringComparison.Ordinal) => GoldenVqCheck.Run,
            _ when name.StartsWith("kl", StringComparison.Ordinal) => GoldenKlCheck.Run,
            _ => throw new InvalidDataException($"'{name}' is of no kind that this test knows."),
        };
        check(golden);
        golden.AssertAllUsed();
    }
}
