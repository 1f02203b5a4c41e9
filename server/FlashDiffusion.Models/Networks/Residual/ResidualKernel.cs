namespace FlashDiffusion.Models.Networks;

/// <summary>Rows of a residual block, through all its layers.</summary>
internal static unsafe class ResidualKernel
{
    /// <summary>A thread's share of the groups that are computed side by side; for <see cref="ComputeTeam.Run"/>.</summary>
    public static void Share(void* arguments, int task)
    {
        ref var work = ref *(ResidualWork*)arguments;
        for (var group = Bound(ref work, task); group < Bound(ref work, task + 1); group++)
        {
            var first = group * work.RowsPerGroup;
            Run(ref work, first, Math.Min(work.RowsPerGroup, work.Batch - first), task, threads: 1);
        }
    }

    /// <summary>Some rows.</summary>
    /// <param name="work">The block.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="rows">Their number.</param>
    /// <param name="task">Whose memory it takes.</param>
    /// <param name="threads">Threads that may share its work.</param>
    public static void Run(ref ResidualWork work, int first, int rows, int task, int threads)
    {
        var (inner, outer) = ((long)first * work.Pixels * work.InChannels, (long)first * work.Pixels * work.OutChannels);
        var map = work.Rooms.Map(task);
        var firstNorm = Norm(ref work, work.FirstNorm, work.X + inner, work.Statistics + (4L * first * work.InChannels), rows, task);
        var secondNorm = Norm(ref work, work.SecondNorm, work.Inner + outer, work.Statistics + (4L * ((work.Batch * work.InChannels) + (first * work.OutChannels))), rows, task);
        if (!work.Backward)
        {
            firstNorm.Output = secondNorm.Output = map;
            NormPass.Forward(ref firstNorm, threads);
            var offsets = work.FirstConvolution.Offsets is null ? null : work.FirstConvolution.Offsets + ((long)first * work.OutChannels);
            Convolve(ref work, work.FirstConvolution with { X = map, Output = work.Inner + outer, Offsets = offsets }, rows, task, threads);
            NormPass.Forward(ref secondNorm, threads);
            Convolve(ref work, work.SecondConvolution with { X = map, Output = work.Output + outer, Around = work.Around + outer }, rows, task, threads);
            return;
        }

        Convolve(ref work, work.SecondConvolution with { X = work.OutputGradient + outer, Output = map }, rows, task, threads);
        secondNorm.OutputGradient = secondNorm.Output = map;
        NormPass.Backward(ref secondNorm, threads);
        var other = work.Rooms.OtherMap(task);
        Convolve(ref work, work.FirstConvolution with { X = map, Output = other }, rows, task, threads);
        firstNorm.OutputGradient = other;
        firstNorm.Output = work.Output + inner;
        firstNorm.Around = work.Around is null ? null : work.Around + inner;
        NormPass.Backward(ref firstNorm, threads);
    }

    private static NormWork Norm(ref ResidualWork work, NormWork norm, float* x, float* statistics, int rows, int task)
    {
        norm.X = x;
        norm.Statistics = statistics;
        norm.Batch = rows;
        norm.Give(work.Rooms.Norm(task));
        return norm;
    }

    private static void Convolve(ref ResidualWork work, WinogradWork convolution, int rows, int task, int threads)
    {
        (convolution.Batch, convolution.Height, convolution.Width) = (rows, work.Height, work.Width);
        convolution.Rooms = work.Rooms.Convolution(task);
        convolution.Cut(threads);
        ComputeTeam.Run(&WinogradKernel.Run, &convolution, convolution.Tasks, convolution.Operations, threads);
    }

    private static int Bound(ref ResidualWork work, int task) => ComputeTeam.Bound(work.GroupsAside, task, work.Tasks);
}
