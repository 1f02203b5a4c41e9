using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Engine.Tests.Sessions;

public sealed class FairPlacesTests
{
    private static readonly CallerKey Flood = new("flood");
    private static readonly CallerKey Calm = new("calm");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly FairPlaces _places;

    public FairPlacesTests() => _places = new FairPlaces(4, _time);

    [Fact]
    public void TryTake_OneCaller_MayHaveAll()
    {
        Fill();
        Refuse(Flood);
        _places.Free(Flood);
        Assert.True(_places.TryTake(Flood));
        Assert.Equal(4, _places.Taken);
    }

    [Fact]
    public void Keep_OfSomebodyWithout_LeavesHimTheNextFreePlace()
    {
        Fill();
        Refuse(Calm);
        _places.Free(Flood);
        Assert.True(_places.IsFullFor(Flood));
        Assert.False(_places.TryTake(Flood));
        Assert.False(_places.IsFullFor(Calm));
        Assert.True(_places.TryTake(Calm));

        // Used: the next one is anybody's.
        _places.Free(Flood);
        Assert.True(_places.TryTake(Flood));
    }

    [Fact]
    public void Keep_UntilPatienceEnds_NotLonger()
    {
        Fill();
        Refuse(Calm);
        _places.Free(Flood);
        _time.Advance(Patience);
        Assert.True(_places.IsFullFor(Flood));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(_places.TryTake(Flood));
    }

    [Fact]
    public void Keep_OfSomebodyWithHisShare_KeepsNothing()
    {
        // Two callers, two places each: the calm one has them.
        foreach (var caller in new[] { Flood, Flood, Calm, Calm })
        {
            Assert.True(_places.TryTake(caller));
        }

        Refuse(Calm);
        _places.Free(Flood);
        Assert.False(_places.IsFullFor(Flood));

        // With one place less he is kept it.
        Assert.True(_places.TryTake(Flood));
        _places.Free(Calm);
        Assert.True(_places.TryTake(Flood));
        Refuse(Calm);
        _places.Free(Flood);
        Assert.True(_places.IsFullFor(Flood));
        Assert.True(_places.TryTake(Calm));
    }

    [Fact]
    public void TryTake_BesideKeptPlaces_WhoHasLittleGetsOne()
    {
        // What is kept is kept from those who have much; among the others who comes first is first.
        Fill();
        Refuse(Calm);
        _places.Free(Flood);
        Assert.True(_places.TryTake(new CallerKey("third")));
        _places.Free(Flood);
        Assert.False(_places.TryTake(Flood));
        Assert.True(_places.TryTake(Calm));
    }

    [Fact]
    public void Keep_FewerThanAreFree_StopsNobody()
    {
        Fill();
        Refuse(Calm);
        _places.Free(Flood);
        _places.Free(Flood);
        Assert.True(_places.TryTake(Flood));
        Assert.False(_places.TryTake(Flood));
    }

    private void Fill()
    {
        for (var i = 0; i < 4; i++)
        {
            Assert.True(_places.TryTake(Flood));
        }
    }

    private void Refuse(CallerKey caller)
    {
        Assert.False(_places.TryTake(caller));
        _places.Keep(caller, Patience);
    }
}
