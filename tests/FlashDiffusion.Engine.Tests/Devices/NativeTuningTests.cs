using System.Runtime.InteropServices;
using FlashDiffusion.Engine.Devices;

namespace FlashDiffusion.Engine.Tests.Devices;

public sealed class NativeTuningTests
{
    [Fact]
    public void Apply_OnLinuxWithGlibc_Succeeds()
    {
        var expected = OperatingSystem.IsLinux() && !RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal);
        Assert.Equal(expected, NativeTuning.Apply());
        Assert.Equal(expected, NativeTuning.Apply());
    }
}
