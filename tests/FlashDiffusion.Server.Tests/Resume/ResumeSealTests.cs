using FlashDiffusion.Server.Configuration;

namespace FlashDiffusion.Server.Tests.Resume;

public sealed class ResumeSealTests
{
    private static readonly byte[] Payload = [1, 2, 3, 4, 5];

    [Fact]
    public void Open_OfSeal_GivesThePayload()
    {
        var scene = new ResumeScene(ResumeScene.Key(1));
        Assert.Equal(Payload, scene.Seal.Open(scene.Seal.Seal(Payload))!.Value.ToArray());
    }

    [Fact]
    public void Open_AnyBitTurned_IsRefused()
    {
        var scene = new ResumeScene(ResumeScene.Key(1));
        var token = scene.Seal.Seal(Payload);
        for (var bit = 0; bit < 8 * token.Length; bit++)
        {
            var damaged = token.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(scene.Seal.Open(damaged));
        }
    }

    [Fact]
    public void Open_AnyLength_IsRefused()
    {
        var scene = new ResumeScene(ResumeScene.Key(1));
        var token = scene.Seal.Seal(Payload);
        for (var length = 0; length < token.Length; length++)
        {
            Assert.Null(scene.Seal.Open(token.AsMemory(0, length)));
        }

        Assert.Null(scene.Seal.Open(token.Append((byte)0).ToArray()));
        Assert.Null(scene.Seal.Open(scene.Seal.Seal(new byte[20_000])));
    }

    [Fact]
    public void Open_ReplicaWithTheKey_Opens()
    {
        var token = new ResumeScene(ResumeScene.Key(1)).Seal.Seal(Payload);
        Assert.NotNull(new ResumeScene(ResumeScene.Key(1)).Seal.Open(token));
        Assert.NotNull(new ResumeScene(ResumeScene.Key(2), previous: ResumeScene.Key(1)).Seal.Open(token));
        Assert.Null(new ResumeScene(ResumeScene.Key(2)).Seal.Open(token));
        Assert.Null(new ResumeScene().Seal.Open(token));
    }

    [Fact]
    public void Options_Change_NewTokensHaveTheNewKeyAndOldOnesStillOpen()
    {
        var scene = new ResumeScene(ResumeScene.Key(1));
        var old = scene.Seal.Seal(Payload);
        scene.Options.Change(new ResumeOptions { Key = ResumeScene.Key(2), PreviousKeys = [ResumeScene.Key(1)] });

        Assert.NotNull(scene.Seal.Open(old));
        Assert.NotNull(new ResumeScene(ResumeScene.Key(2)).Seal.Open(scene.Seal.Seal(Payload)));
        scene.Options.Change(new ResumeOptions { Key = ResumeScene.Key(2) });
        Assert.Null(scene.Seal.Open(old));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("c2hvcnQ=", false)]
    [InlineData("not base64 at all, but long enough to be a key", false)]
    [InlineData("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", true)]
    public void Key_MustBe32BytesOfBase64_AndIsNeverShown(string key, bool valid)
    {
        var checkedOptions = new ResumeOptionsValidator().Validate(null, new ResumeOptions { Key = key, PreviousKeys = key.Length > 0 ? [key] : [] });
        Assert.Equal(valid, checkedOptions.Succeeded);
        Assert.DoesNotContain(checkedOptions.Failures ?? [], failure => key.Length > 0 && failure.Contains(key, StringComparison.Ordinal));
    }
}
