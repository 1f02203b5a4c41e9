namespace FlashDiffusion.Models.Networks;

/// <summary>Memory of a residual block's tasks: for each the rooms of a convolution and of a normalisation, and a group's map between the layers (backward two).</summary>
internal readonly unsafe struct ResidualRooms : IDisposable
{
    private const long Lanes = WinogradWork.Lanes;

    private readonly KernelRooms _rooms;
    private readonly long _convolution;
    private readonly long _norm;
    private readonly long _map;
    private readonly long _task;
    private readonly long _convolutions;

    /// <param name="work">The block.</param>
    /// <param name="rows">Rows that a task has at most.</param>
    /// <param name="tasks">Tasks at the same time.</param>
    /// <param name="threads">Threads at the same time.</param>
    public ResidualRooms(ref ResidualWork work, int rows, int tasks, int threads)
    {
        var most = Math.Max(work.InChannels, work.OutChannels);
        _convolution = WinogradRooms.Most(most, work.OutChannels);
        var (first, second) = (work.FirstNorm, work.SecondNorm);
        first.Batch = second.Batch = rows;
        _norm = Rounded(Math.Max(first.Room, second.Room));
        _map = Rounded((long)rows * work.Pixels * most);
        _task = _norm + (work.Backward ? 2 * _map : _map);
        _convolutions = threads * _convolution;
        _rooms = new KernelRooms(_convolutions + (tasks * _task));
    }

    /// <summary>A convolution's rooms; those of the threads that share a group's work follow.</summary>
    public float* Convolution(int task) => _rooms.At + (task * _convolution);

    /// <summary>A normalisation's room.</summary>
    public float* Norm(int task) => _rooms.At + _convolutions + (task * _task);

    /// <summary>A group's map between the layers.</summary>
    public float* Map(int task) => Norm(task) + _norm;

    /// <summary>The other one; only backward.</summary>
    public float* OtherMap(int task) => Map(task) + _map;

    public void Dispose() => _rooms.Dispose();

    private static long Rounded(long numbers) => (numbers + Lanes - 1) / Lanes * Lanes;
}
