using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Devices;

public sealed class DeviceMemoryTests
{
    [Theory]
    [InlineData("cpu")]
    [InlineData("cpu,cpu")]
    [InlineData("cpu,cpu,cuda:0,cpu")]
    public void BudgetOf_SeveralWorkersOnTheProcessor_IsTheirsTogether(string devices)
    {
        var options = new EngineOptions { Device = devices };
        var budgets = DeviceNames.Of(options).Select((_, device) => DeviceMemory.BudgetOf(options, device)).ToArray();
        var whole = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 3 / 4;
        Assert.InRange(budgets.Sum() ?? 0, whole - budgets.Length, whole);
        Assert.Equal(DeviceNames.Of(options).Select(name => name == "cpu"), budgets.Select(budget => budget is not null));
    }

    [Theory]
    [InlineData("cpu,cpu", 0)]
    [InlineData("cuda:0", 0)]
    public void BudgetOf_Said_IsWhatWasSaid(string devices, int device) =>
        Assert.Equal(77, DeviceMemory.BudgetOf(new EngineOptions { Device = devices, MemoryBytes = 77 }, device));

    [Fact]
    public void Loops_TwoOnTheProcessor_HaveHalfEach()
    {
        using var one = new EngineHarness(new EngineOptions { Threads = 1 });
        using var two = new EngineHarness(new EngineOptions { Device = "cpu,cpu", Threads = 1 });
        Assert.All(two.Loops, loop => Assert.Equal(one.Loop.Memory.Bytes / 2, loop.Memory.Bytes));
    }

    [Theory]
    [InlineData(64, 1_600, "PICTURE_TOO_LARGE")]
    [InlineData(64, 1_599, "")]
    [InlineData(32, 1_600, "")]
    public async Task Begin_PictureOfWhichNoRowFits_IsRefusedBeforeAnythingIsAllocated(int side, long perRow, string refusal)
    {
        // At 64x64 a row needs four times as much as at 32x32, and the device has one byte less than 6400.
        using var harness = new EngineHarness(new EngineOptions { Threads = 1, MemoryBytes = 6_399 });
        var picture = new PictureShape(32, 32);
        var model = $"{harness.Model.Name}/{harness.Model.Version}";
        harness.Loop.Memory.Measured(new TimingKey(Stage.Step, model, "solver", "guided", picture), 1, 1_000 + perRow);
        harness.Loop.Memory.Measured(new TimingKey(Stage.Step, model, "solver", "guided", picture), 2, 1_000 + (2 * perRow));

        var session = harness.Submit(harness.Request(1, picture: new PictureShape(side, side)));
        harness.RunUntilIdle();

        if (refusal.Length > 0)
        {
            var failure = await EngineHarness.FailureAsync(session);
            Assert.Equal((SessionOutcome.OutOfMemory, refusal), (failure.Outcome, failure.Reason));
            Assert.Empty(harness.Loop.Times.Keys);
        }
        else
        {
            Assert.NotNull(await EngineHarness.ResultAsync(session));
        }
    }
}
