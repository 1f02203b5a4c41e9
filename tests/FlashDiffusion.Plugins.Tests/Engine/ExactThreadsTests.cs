namespace FlashDiffusion.Plugins.Tests.Engine;

/// <summary>Law: exact mode is exact with two threads for an operation too, on the starter model. What runs beside it must not change their number.</summary>
[Collection(AloneCollection.Name)]
public sealed class ExactThreadsTests
{
    [Fact]
    public Task Reconstruct_StarterModelOnTwoThreadsAnyCompanions_GivesTheSameBits() => ExactModeTests.CheckAsync(
        new ExactScene(StarterModel.Load(), "gaussian_blur", "std", 1.3, new PictureShape(32, 32), Steps: 3) { Threads = 2 }, ExactModeTests.IsLong ? 40 : 3);
}
