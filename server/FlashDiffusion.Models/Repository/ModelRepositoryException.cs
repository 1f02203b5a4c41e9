namespace FlashDiffusion.Models.Repository;

/// <summary>A model of the repository that can't be served. The message is for the operator of the server.</summary>
internal sealed class ModelRepositoryException : Exception
{
    public ModelRepositoryException(string message)
        : base(message)
    {
    }

    public ModelRepositoryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public ModelRepositoryException()
    {
    }
}
