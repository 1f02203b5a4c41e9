using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;

namespace FlashDiffusion.Engine.Tests.Devices;

public sealed class DeviceNamesTests
{
    [Theory]
    [InlineData("cpu", "cpu")]
    [InlineData("cpu, cpu", "cpu#0 cpu#1")]
    [InlineData("cuda:0,cuda:1", "cuda:0 cuda:1")]
    public void Labels_OfAList_TellWorkersApart(string devices, string labels) =>
        Assert.Equal(labels, string.Join(' ', DeviceNames.Labels(DeviceNames.Of(new EngineOptions { Device = devices }))));

    [Theory]
    [InlineData("cpu", 0, false)]
    [InlineData("cpu,cpu", 0, true)]
    [InlineData("cpu,cpu", 3, false)]
    [InlineData("cuda:0,cuda:1", 0, false)]
    public void Threads_SeveralWorkersOnTheProcessor_ShareItUnlessToldOtherwise(string devices, int threads, bool shared) =>
        Assert.Equal(shared ? Math.Max(1, Environment.ProcessorCount / 2) : threads, DeviceNames.Threads(new EngineOptions { Device = devices, Threads = threads }));

    [Theory]
    [InlineData("cpu", "cpu")]
    [InlineData("cpu:0", "cpu")]
    [InlineData("cuda:1", "cuda:1")]
    public void KindOf_ADevice_IsWhatComputesTheSameBits(string name, string kind) => Assert.Equal(kind, DeviceNames.KindOf(name));

    [Fact]
    public async Task Threads_SetOnOneThread_StayItsOwn()
    {
        // What the workers rely on: in libtorch's OpenMP the number belongs to the thread that sets it.
        using var both = new Barrier(2);
        var counts = await Task.WhenAll(new[] { 1, 2 }.Select(threads => Task.Factory.StartNew(
            () =>
            {
                _ = TorchSharp.torch.get_num_threads();
                TorchSharp.torch.set_num_threads(threads);
                both.SignalAndWait(TimeSpan.FromSeconds(60));
                using var scope = TorchSharp.torch.NewDisposeScope();
                TorchSharp.torch.ones(200, 200).matmul(TorchSharp.torch.ones(200, 200)).sum().item<float>();
                return TorchSharp.torch.get_num_threads();
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        Assert.Equal([1, 2], counts);
    }
}
