using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>Law: jumping from one end of a run to the next gives what playing one unit after the other gives.</summary>
public sealed class ReserveTests
{
    private const int Lanes = 4;
    private const int Batch = 3;

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
            var completions = new Reserve(Seconds, shares ? Rows : null).Completions(work);
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
            var unit = new Reserve(Seconds, shares ? Rows : null).First(work);
            var inOrder = work.OrderBy(item => item.Left).ThenBy(item => item.Id).ToArray();
            var expected = inOrder.Where(item => item.Runs[0].Lane == inOrder[0].Runs[0].Lane).Take(shares ? Batch : 1).Select(item => item.Id);
            Assert.Equal(inOrder[0].Runs[0].Lane, unit.Lane);
            Assert.Equal(expected, unit.Rows);
        }
    }

    private static Dictionary<long, double> UnitByUnit(IEnumerable<ReservedWork> work, bool shares)
    {
        var (completions, clock) = (new Dictionary<long, double>(), 0.0);
        var left = work.OrderBy(item => item.Left).ThenBy(item => item.Id).ToList();
        while (left.Count > 0)
        {
            var lane = left[0].Runs[0].Lane;
            var unit = left.Where(item => item.Runs[0].Lane == lane).Take(shares ? Batch : 1).ToArray();
            clock += Seconds(lane, unit.Length);
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
    private static ReservedWork Work(Random random, int id) => new(id, random.Next(5), [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Run(random))]);

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

    private static double Seconds(LaneKey lane, int rows) => 0.01 * (1 + rows) * (1 + (lane.Kind[^1] - '0'));
}
