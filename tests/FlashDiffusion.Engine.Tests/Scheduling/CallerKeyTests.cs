using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Scheduling;

public sealed class CallerKeyTests
{
    [Fact]
    public void Equals_TellsNamesApart_AndNobodyIsOne()
    {
        Assert.Equal(new CallerKey("key:alice"), new CallerKey(string.Concat("key:", "alice")));
        Assert.Equal(new CallerKey("key:alice").GetHashCode(), new CallerKey(string.Concat("key:", "alice")).GetHashCode());
        Assert.NotEqual(new CallerKey("key:alice"), new CallerKey("key:Alice"));
        Assert.NotEqual(new CallerKey("key:alice"), default);
        Assert.Equal([default, default], new[] { new CallerKey(""), new CallerKey(null) });
    }

    [Fact]
    public void ToString_OfARequest_DoesNotShowTheName()
    {
        using var harness = new EngineHarness();
        var request = harness.Request(1) with { Caller = new CallerKey("key:alice") };
        Assert.DoesNotContain("alice", request.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("alice", $"{request.Caller}", StringComparison.Ordinal);
    }
}
