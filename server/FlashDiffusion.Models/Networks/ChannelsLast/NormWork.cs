namespace FlashDiffusion.Models.Networks;

/// <summary>What the kernels of <see cref="NormKernel"/> work on; all maps are (B, pixels, C) in memory.</summary>
internal unsafe struct NormWork
{
    /// <summary>Rows of a task hold about this many numbers: two maps of them fit into the second-level cache.</summary>
    private const int NumbersPerTask = 16 * 1024;

    public float* X;

    /// <summary>Gradient with respect to the output; only in the backward pass.</summary>
    public float* OutputGradient;

    /// <summary>Output, or the gradient with respect to the input.</summary>
    public float* Output;

    /// <summary>(B, pixels, C), added to the gradient with respect to the input; null for nothing.</summary>
    public float* Around;

    /// <summary>(C): factors of the normalised numbers.</summary>
    public float* Gamma;

    /// <summary>(C): offsets.</summary>
    public float* Beta;

    /// <summary>(B, 4, C): factor, offset, and of the channel's group mean and inverse deviation.</summary>
    public float* Statistics;

    /// <summary>(tasks, 2, C): sums of a task by channel; see <see cref="Give"/>, as the next.</summary>
    public float* Sums;

    /// <summary>(B, 3, C): factors of the backward pass for the gradient and for x - mean, and its offset.</summary>
    public float* Factors;

    public int Groups;
    public double Epsilon;
    public int Batch;
    public int Pixels;
    public int Channels;
    public int PixelsPerTask;
    public int TasksPerRow;

    /// <summary>Whether SiLU follows.</summary>
    public bool Activate;

    public readonly int Tasks => Batch * TasksPerRow;

    public readonly long Numbers => (long)Batch * Pixels * Channels;

    /// <summary>Numbers of the memory between two passes, a few thousand.</summary>
    public readonly long Room => ((2L * Tasks) + (3L * Batch)) * Channels;

    /// <summary>How rows are cut does not depend on the number of threads or on the batch, so that neither changes a bit of a result.</summary>
    public void Cut()
    {
        PixelsPerTask = Math.Max(1, NumbersPerTask / Channels);
        TasksPerRow = (Pixels + PixelsPerTask - 1) / PixelsPerTask;
    }

    /// <summary>Gives it memory of the size of <see cref="Room"/>.</summary>
    public void Give(float* room)
    {
        Sums = room;
        Factors = room + (2L * Tasks * Channels);
    }
}
