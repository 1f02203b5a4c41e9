namespace FlashDiffusion.Models.Networks;

/// <summary>The heads of all rows, one after the other.</summary>
internal static unsafe class TokenAttentionKernel
{
    /// <summary>A thread's share of the heads of all rows; for <see cref="ComputeTeam.Run"/>.</summary>
    public static void Share(void* arguments, int task)
    {
        ref var work = ref *(TokenAttentionWork*)arguments;
        var room = work.Rooms + (task * work.Room);
        for (var number = Bound(ref work, task); number < Bound(ref work, task + 1); number++)
        {
            var (row, which) = Math.DivRem(number, work.Maps.Layout.Heads);
            var heads = new AttentionHead(work.Maps.Row(row), room);
            if (work.Backward)
            {
                heads.Backward(which);
            }
            else
            {
                heads.Forward(which);
            }
        }
    }

    private static int Bound(ref TokenAttentionWork work, int task) => ComputeTeam.Bound(work.Batch * work.Maps.Layout.Heads, task, work.Tasks);
}
