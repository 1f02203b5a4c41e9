using FlashDiffusion.Trainer.Runs;

namespace FlashDiffusion.Trainer.Tests.Runs;

public sealed class TrainingLoopTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trainer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_KilledAndResumed_EndsBitEqualToAnUninterruptedRun()
    {
        var whole = Settings("whole", checkpointSeconds: 1e9);
        using (var task = new ToyTask(9))
        {
            Run(task, whole);
        }

        // A checkpoint after every step; the kill comes in the middle of step 8, as an exception that nothing handles.
        var cut = Settings("cut", checkpointSeconds: 0);
        using (var task = new ToyTask(9) { Stepped = step => throw_at(step, 8) })
        {
            Assert.Throws<OperationCanceledException>(() => Run(task, cut));
        }

        using (var task = new ToyTask(9))
        {
            var end = Run(task, cut with { Resume = true });
            Assert.Equal(20, end.Step);
        }

        Assert.Equal(Tensors(whole), Tensors(cut));

        static void throw_at(long step, long limit)
        {
            if (step == limit)
            {
                throw new OperationCanceledException();
            }
        }
    }

    [Fact]
    public void Run_ResumedWithAnotherSeed_Refuses()
    {
        var settings = Settings("seed", 1e9);
        using var task = new ToyTask(9);
        Run(task, settings);
        Assert.Throws<InvalidDataException>(() => Run(task, settings with { Resume = true, Seed = 2 }));
    }

    [Fact]
    public void Run_Cancelled_LeavesACheckpointToResumeFrom()
    {
        var settings = Settings("cancelled", 1e9);
        using var source = new CancellationTokenSource();
        using var task = new ToyTask(9)
        {
            Stepped = step =>
            {
                if (step == 5)
                {
                    source.Cancel();
                }
            },
        };
        Assert.Equal(5, new TrainingLoop(task, settings, TimeProvider.System, new SilentReporter()).Run(source.Token).Step);
        Assert.Equal(20, Run(task, settings with { Resume = true }).Step);
    }

    [Fact]
    public void Run_FolderOfARunningRun_Refuses()
    {
        var settings = Settings("busy", 1e9);
        var refused = false;
        using var second = new ToyTask(9);
        using var first = new ToyTask(9)
        {
            Stepped = step =>
            {
                if (step == 2)
                {
                    Assert.Throws<IOException>(() => Run(second, settings));
                    refused = true;
                }
            },
        };
        Run(first, settings);
        Assert.True(refused);
    }

    [Fact]
    public void Run_Finished_WritesCurvesAsCsvAndPng()
    {
        var settings = Settings("curves", 1e9);
        using var task = new ToyTask(9);
        Run(task, settings);
        var lines = File.ReadAllLines(Path.Combine(settings.Output, "loss.csv"));
        Assert.StartsWith("step,seconds,loss,squared", lines[0]);
        Assert.Equal(1 + (20 / settings.CurveSteps), lines.Length);
        Assert.Equal([0x89, (byte)'P'], File.ReadAllBytes(Path.Combine(settings.Output, "loss.png"))[..2]);
    }

    private static RunPosition Run(ToyTask task, RunSettings settings) =>
        new TrainingLoop(task, settings, TimeProvider.System, new SilentReporter()).Run(TestContext.Current.CancellationToken);

    private RunSettings Settings(string name, double checkpointSeconds) => new()
    {
        Output = Path.Combine(_folder, name),
        Steps = 20,
        Seed = 1,
        CheckpointSeconds = checkpointSeconds,
        CurveSteps = 4,
    };

    /// <summary>The checkpoint's tensors as bytes; the header before them holds the wall time.</summary>
    private static byte[] Tensors(RunSettings settings)
    {
        var bytes = File.ReadAllBytes(Path.Combine(settings.Output, "checkpoint.safetensors"));
        return bytes[(8 + (int)BitConverter.ToInt64(bytes))..];
    }
}
