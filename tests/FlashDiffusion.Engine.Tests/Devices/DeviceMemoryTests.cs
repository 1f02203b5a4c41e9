using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
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
}
