using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>Laws: jumping from one end of a run to the next gives what playing one unit after the other gives; what is left of a schedule is a schedule.</summary>
public sealed class ReserveTests
{
    private const int Lanes = 4;
    private const int Batch = 3;
    private const string Dear = "blur";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Completions_RandomWork_AreThoseOfEachUnitInTurn(bool shares)
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var work = Enumerable.Range(0, random.Next(1, 20)).Select(id => Work(random, id)).ToArray();
            var expected = UnitByUnit(work, shares);
            var completions = new Reserve(Seconds, shares ? Rows : null).Play(work).Completions;
            Assert.Equal(work.Length, completions.Count);
            Assert.All(work, item => Assert.Equal(expected[item.Id], completions[item.Id], 1e-9));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void First_RandomWork_HasTheEarliestDeadlineAndWhoSharesItsLane(bool shares)
    {
        var random = new Random(8);
        for (var round = 0; round < 200; round++)
        {
            var work = Enumerable.Range(0, random.Next(1, 20)).Select(id => Work(random, id)).ToArray();
            var unit = new Reserve(Seconds, shares ? Rows : null).Play(work).Units[0];
            var inOrder = work.OrderBy(item => item.Left).ThenBy(item => item.Id).ToArray();
            var expected = inOrder.Where(item => item.Runs[0].Lane == inOrder[0].Runs[0].Lane).Take(shares ? Batch : 1).Select(item => item.Id);
            Assert.Equal(inOrder[0].Runs[0].Lane, unit.Lane);
            Assert.Equal(expected, unit.Rows.Select(row => row.Id));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void KeptReserve_WhoRunsAheadOrEnds_MakesNobodyLater(bool shares)
    {
        var random = new Random(9);
        var shorter = 0;
        for (var round = 0; round < 500; round++)
        {
            var work = Enumerable.Range(0, random.Next(2, 12)).Select(id => Work(random, id)).ToArray();
            var greedy = new Reserve(Seconds, shares ? Rows : null);
            IReserve reserve = greedy;
            while (work.Length > 0)
            {
                var play = reserve.Play(work);
                var unit = play.Units[0];
                var took = unit.Rows.Max(row => Seconds(unit.Lane, unit.Rows.Length, work.First(item => item.Id == row.Id).Operator));
                work =
                [
                    .. work.Select(item => unit.Rows.Any(row => row.Id == item.Id) ? Ahead(item, random) : item)
                        .OfType<ReservedWork>()
                        .Where(_ => random.Next(20) > 0),
                ];
                reserve = new KeptReserve(play.Units, Seconds, greedy);
                var left = reserve.Play(work).Completions;
                Assert.Equal(work.Select(item => item.Id).Order(), left.Keys.Order());
                Assert.All(left, pair => Assert.True(took + pair.Value <= play.Completions[pair.Key] + 1e-9, $"{pair.Key} in round {round}: {took} + {pair.Value} > {play.Completions[pair.Key]}"));
                shorter += greedy.Play(work).Completions.Any(pair => pair.Value > left[pair.Key] + 1e-9) ? 1 : 0;
            }
        }

        // Else the law would say no more than that the earliest deadline goes first.
        Assert.Equal(shares, shorter > 0);
    }

    [Fact]
    public void KeptReserve_WhoCameSince_IsLast()
    {
        var random = new Random(10);
        ReservedWork[] before = [Work(random, 1), Work(random, 2)];
        var greedy = new Reserve(Seconds, Rows);
        var play = greedy.Play(before);
        var later = Work(random, 3) with { Left = -1 };
        var with = new KeptReserve(play.Units, Seconds, greedy).Play([.. before, later]);
        Assert.All(before, item => Assert.Equal(play.Completions[item.Id], with.Completions[item.Id], 1e-9));
        Assert.Equal(play.Completions.Values.Max() + greedy.Play([later]).Completions[3], with.Completions[3], 1e-9);
    }

    // A step may need fewer calls than it might.
    private static ReservedWork? Ahead(ReservedWork work, Random random)
    {
        var ahead = work.Advanced();
        while (ahead is not null && random.Next(4) == 0)
        {
            ahead = ahead.Advanced();
        }

        return ahead;
    }

    private static Dictionary<long, double> UnitByUnit(IEnumerable<ReservedWork> work, bool shares)
    {
        var (completions, clock) = (new Dictionary<long, double>(), 0.0);
        var left = work.OrderBy(item => item.Left).ThenBy(item => item.Id).ToList();
        while (left.Count > 0)
        {
            var lane = left[0].Runs[0].Lane;
            var unit = left.Where(item => item.Runs[0].Lane == lane).Take(shares ? Batch : 1).ToArray();
            clock += unit.Max(item => Seconds(lane, unit.Length, item.Operator));
            foreach (var item in unit)
            {
                if (item.Advanced() is { } advanced)
                {
                    left[left.IndexOf(item)] = advanced;
                }
                else
                {
                    left.Remove(item);
                    completions[item.Id] = clock;
                }
            }
        }

        return completions;
    }

    // Some deadlines are equal, and a sample comes back to lanes that it has left.
    private static ReservedWork Work(Random random, int id) => new(id, random.Next(5), [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Run(random))]) { Operator = random.Next(3) == 0 ? Dear : "mask" };

    private static ReservedRun Run(Random random)
    {
        var calls = random.Next(1, 9);
        return new ReservedRun(Lane(random.Next(Lanes)), calls, calls);
    }

    private static LaneKey Lane(int number) => new()
    {
        Stage = Stage.Step,
        Model = "model",
        Kind = $"kind {number}",
        Working = new PictureShape(8, 8),
        Picture = new PictureShape(8, 8),
    };

    private static int Rows(LaneKey lane, int waiting) => Math.Min(Batch, waiting);

    private static double Seconds(LaneKey lane, int rows, string sharing) => (sharing == Dear ? 0.025 : 0.01) * (1 + rows) * (1 + (lane.Kind[^1] - '0'));
}
