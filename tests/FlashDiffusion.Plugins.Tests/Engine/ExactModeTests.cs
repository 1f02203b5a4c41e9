using System.Collections.Frozen;
using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Plugins.Tests.Engine;

/// <summary>
/// Law: in exact mode a result is equal bit for bit whatever the companions do, in whatever row it sits and on which device, on real networks with
/// their gradients: look, encode, steps, decode.
/// </summary>
public sealed class ExactModeTests
{
    /// <summary>Whether more schedules are wanted.</summary>
    internal static bool IsLong => Environment.GetEnvironmentVariable("LONG") == "1";

    [Theory]
    [InlineData("gaussian_blur", "std", 1.3)]
    [InlineData("inpainting", "removed", 0.5)]
    public async Task Reconstruct_TinyModelAnyCompanions_GivesTheSameBits(string operatorName, string parameter, double value)
    {
        using var model = TinyModel.Create();
        var served = new ServedModel(model, FrozenDictionary<string, ISeverityEncoder>.Empty);
        await CheckAsync(new ExactScene(served, operatorName, parameter, value, new PictureShape(30, 32), Steps: 6), IsLong ? 40 : 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reconstruct_StarterModelAnyCompanions_GivesTheSameBits(bool isAuto)
    {
        var scene = new ExactScene(StarterModel.Load(), "gaussian_blur", "std", 1.3, new PictureShape(32, 32), Steps: 3) { IsAuto = isAuto };
        await CheckAsync(scene, IsLong ? 40 : 5);
    }

    /// <summary>Compares the scene alone with the scene in company.</summary>
    internal static async Task CheckAsync(ExactScene scene, int schedules)
    {
        var expected = await scene.RunAsync(companions: null);
        Assert.True(expected.Max(Math.Abs) > 0.01, "The picture is empty.");
        for (var schedule = 0; schedule < schedules; schedule++)
        {
            var actual = await scene.RunAsync(new Random(schedule));
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"Schedule {schedule} changed the result.");
        }

        Assert.True(scene.Moves >= 2 && scene.Thrown > 0, $"Only {scene.Moves} moves and {scene.Thrown} faults of companions: the schedules say too little.");
    }
}
