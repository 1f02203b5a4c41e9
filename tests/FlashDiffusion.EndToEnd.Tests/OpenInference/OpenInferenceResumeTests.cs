using System.Globalization;
using FlashDiffusion.EndToEnd.Tests.Resume;

namespace FlashDiffusion.EndToEnd.Tests.OpenInference;

/// <summary>Law: who speaks the Open Inference Protocol loses no more when a server dies than who speaks the native one.</summary>
public sealed class OpenInferenceResumeTests(ReplicaPair replicas) : IClassFixture<ReplicaPair>
{
    [Fact]
    public void Python_ServerKilledInTheMiddle_GoesOnAtAnotherOneWithTheSameBits()
    {
        using var stubs = new PythonStubs();
        var (first, second) = (replicas.Servers[0], replicas.Servers[1]);

        var run = stubs.Run(
            "test_resume",
            $"FIRST={first.Address.Authority}",
            string.Create(CultureInfo.InvariantCulture, $"FIRST_PROCESS={first.ProcessId}"),
            $"SECOND={second.Address.Authority}");

        Assert.Contains("Ran 5 tests", run.Output, StringComparison.Ordinal);
    }
}
