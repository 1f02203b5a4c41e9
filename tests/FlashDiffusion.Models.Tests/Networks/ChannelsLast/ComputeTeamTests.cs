using TorchSharp;

namespace FlashDiffusion.Models.Networks;

public sealed unsafe class ComputeTeamTests
{
    private const long Many = 1_000_000;

    [Theory]
    [InlineData(1, 7, Many, 1)]
    [InlineData(2, 7, Many, 2)]
    [InlineData(2, 1, Many, 1)]
    // Too little for a second thread.
    [InlineData(2, 7, 1000, 1)]
    public void Run_AnyTeam_DoesEachTaskOnce(int threads, int tasks, long numbers, int working)
    {
        var before = torch.get_num_threads();
        torch.set_num_threads(threads);
        // For each task how often it ran, and on which thread.
        var seen = stackalloc int[2 * tasks];
        new Span<int>(seen, 2 * tasks).Clear();

        ComputeTeam.Run(&Note, seen, tasks, numbers, threads);
        torch.set_num_threads(before);

        var notes = new Span<int>(seen, 2 * tasks).ToArray().Chunk(2).ToArray();
        Assert.All(notes, note => Assert.Equal(1, note[0]));
        Assert.Equal(OperatingSystem.IsLinux() ? working : 1, notes.Select(note => note[1]).Distinct().Count());
    }

    private static void Note(void* seen, int task)
    {
        Interlocked.Increment(ref ((int*)seen)[2 * task]);
        ((int*)seen)[(2 * task) + 1] = Environment.CurrentManagedThreadId;
    }
}
