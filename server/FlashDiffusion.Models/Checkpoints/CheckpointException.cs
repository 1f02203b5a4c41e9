namespace FlashDiffusion.Models.Checkpoints;

/// <summary>A weights file that is damaged, malicious or not the one that was asked for. The message names the file and the fault.</summary>
internal class CheckpointException : Exception
{
    public CheckpointException(string message)
        : base(message)
    {
    }

    public CheckpointException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public CheckpointException()
    {
    }
}
