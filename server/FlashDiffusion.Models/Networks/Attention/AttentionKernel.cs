using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>Rows of an attention block, each through all its layers.</summary>
internal static unsafe class AttentionKernel
{
    private const int Lanes = WinogradWork.Lanes;

    /// <summary>A thread's share of the rows; for <see cref="ComputeTeam.Run"/>.</summary>
    public static void Share(void* arguments, int task)
    {
        ref var work = ref *(AttentionWork*)arguments;
        for (var row = Bound(ref work, task); row < Bound(ref work, task + 1); row++)
        {
            if (work.Backward)
            {
                Backward(ref work, row, task);
            }
            else
            {
                Forward(ref work, row, task);
            }
        }
    }

    private static void Forward(ref AttentionWork work, int row, int task)
    {
        var (positions, channels) = (work.Positions, work.Channels);
        var map = AttentionRooms.Map(ref work, task);
        var first = (long)row * positions * channels;
        var maps = work.Maps.Row(row);
        var norm = Norm(ref work, row, task);
        norm.Output = map;
        NormPass.Forward(ref norm, threads: 1);
        WinogradProduct.Multiply(map, work.QueryKeyValue, maps.Packed, positions, channels, 3 * channels, adds: false);
        Add(maps.Packed, null, work.QueryKeyValueBias, maps.Packed, positions, 3 * channels);
        var heads = new AttentionHead(maps, AttentionRooms.Head(ref work, task));
        for (var head = 0; head < maps.Layout.Heads; head++)
        {
            heads.Forward(head);
        }

        WinogradProduct.Multiply(maps.Output, work.Projection, map, positions, channels, channels, adds: false);
        Add(map, work.X + first, work.ProjectionBias, work.Output + first, positions, channels);
    }

    private static void Backward(ref AttentionWork work, int row, int task)
    {
        var (positions, channels) = (work.Positions, work.Channels);
        var map = AttentionRooms.Map(ref work, task);
        var first = (long)row * positions * channels;
        var maps = work.Maps.Row(row);
        maps.OutputGradient = AttentionRooms.OutputGradient(ref work, task);
        maps.PackedGradient = AttentionRooms.PackedGradient(ref work, task);
        WinogradProduct.Multiply(work.OutputGradient + first, work.Projection, maps.OutputGradient, positions, channels, channels, adds: false);
        var heads = new AttentionHead(maps, AttentionRooms.Head(ref work, task));
        for (var head = 0; head < maps.Layout.Heads; head++)
        {
            heads.Backward(head);
        }

        WinogradProduct.Multiply(maps.PackedGradient, work.QueryKeyValue, map, positions, 3 * channels, channels, adds: false);
        var norm = Norm(ref work, row, task);
        norm.OutputGradient = map;
        norm.Output = work.Output + first;
        norm.Around = work.OutputGradient + first;
        NormPass.Backward(ref norm, threads: 1);
    }

    private static NormWork Norm(ref AttentionWork work, int row, int task)
    {
        var norm = work.Norm;
        norm.X = work.X + ((long)row * work.Positions * work.Channels);
        norm.Statistics = work.Statistics + (4L * row * work.Channels);
        norm.Batch = 1;
        norm.Give(AttentionRooms.Norm(ref work, task));
        return norm;
    }

    // output = map + bias (+ around).
    private static void Add(float* map, float* around, float* bias, float* output, int positions, int channels)
    {
        for (var position = 0; position < positions; position++)
        {
            for (var channel = 0; channel < channels; channel += Lanes, map += Lanes, output += Lanes)
            {
                var value = Vector512.Load(map) + Vector512.Load(bias + channel);
                if (around is not null)
                {
                    value += Vector512.Load(around);
                    around += Lanes;
                }

                value.Store(output);
            }
        }
    }

    private static int Bound(ref AttentionWork work, int task) => ComputeTeam.Bound(work.Batch, task, work.Tasks);
}
