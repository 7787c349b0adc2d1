"""Single sentences that sound like a decision and are none, and short decisions that are ones."""

import pytest

from survivor_portal.replies import ReplyClass, read_reply

NO_REMOVAL = [
    "The video may have been removed by the time you read this.",
    "We would have removed the post if it had broken our rules.",
    "The image has not yet been removed.",
    "None of the links have been removed.",
    "Neither of the two posts was removed.",
    "We are in the process of having the content removed.",
    "The content is being removed.",
    "The content is to be removed by Friday.",
    "Content that has been removed cannot be restored by us.",
    "Any post that was removed stays in our logs for 30 days.",
    "You will be told when the video has been removed.",
    "Please tell us whether the picture has been removed.",
    "We have asked the user to remove the images; he says they have been deleted soon.",
    "The report you filed has been removed from our queue.",
    "We removed your report.",
    "You say that the photo was removed and came back.",
    "According to your message the video was deleted last week.",
    "Thanks for telling us that the post was removed. We are still looking at the other links.",
    "Before a page is taken down, we talk to its owner.",
    "After the content has been removed, we will write to you.",
    "Once the images have been removed, you get a mail.",
    "In 2025 we removed 3 million images.",
    "We've removed the hold on your ticket.",
    "We have removed the age limit from the video.",
    "We removed the video and later restored it after an appeal.",
    "It has been removed from our review queue.",
    "Posts like this are usually removed within a day.",
    "Your post has been removed.",
    "The uploader told us that the pictures were deleted.",
    "We hereby confirm that the removal request was received and the content will be deleted.",
    "The link has been removed from your message because it was not safe.",
    "We have removed the attachment from your e-mail.",
    "Your images have been deleted from this ticket for your privacy.",
    "Our team has not found that the content was removed in error.",
    "El contenido podría haber sido eliminado por el usuario.",
    "Ninguno de los enlaces ha sido retirado.",
    "No hemos eliminado el vídeo.",
    "Te avisaremos cuando la foto haya sido eliminada.",
    "Aún no se ha retirado la imagen.",
    "Hemos eliminado su denuncia.",
    "Díganos si la foto ha sido retirada.",
    "Según nos cuenta, el vídeo fue eliminado y volvió.",
    "Das Bild wurde bisher noch nicht gelöscht.",
    "Keiner der Beiträge wurde gelöscht.",
    "Wir haben Ihre Meldung gelöscht.",
    "Bitte teilen Sie uns mit, ob das Video gelöscht wurde.",
    "Nachdem der Beitrag gelöscht wurde, erhalten Sie eine Nachricht.",
    "Das Video wird gerade entfernt.",
    "Sie schreiben, dass das Video gelöscht wurde.",
    "Wir haben das Video nach dem Einspruch wiederhergestellt, das zuvor gelöscht wurde.",
    "Aucun des liens n'a été supprimé.",
    "Le contenu n'a pas encore été retiré.",
    "Nous n'avons pas supprimé la vidéo.",
    "Dites-nous si la photo a été supprimée.",
    "Vous nous dites que la vidéo a été supprimée puis remise.",
    "Une fois la vidéo supprimée, nous vous écrirons.",
    "La vidéo est en cours de suppression.",
    "Nous avons supprimé votre signalement.",
    "Le contenu aurait été supprimé par son auteur.",
    "Nenhum dos links foi removido.",
    "O vídeo ainda não foi excluído.",
    "Avise se a foto foi removida.",
    "Não removemos a publicação.",
    "Você disse que o vídeo foi removido e voltou.",
    "Removemos a sua denúncia da fila.",
    "Depois que a imagem for removida, avisaremos.",
    "O conteúdo está sendo removido.",
    "O conteúdo teria sido removido pelo autor.",
    "Quand la vidéo aura été supprimée, vous le saurez.",
    "The owner has been asked to make sure the images are removed.",
    "Only content which has been reported through the form was removed.",
    "We received confirmation that your video was removed from your own account.",
    "We wrote to the host; we do not know if the page has been removed.",
    "Unless the content has been removed by Monday, write to us again.",
    "The video was removed in Germany.",
    "The post was hidden, not removed.",
    "Access to your account has been disabled.",
    "Comments have been disabled.",
    "Your e-mail was deleted unread.",
    "Files sent to this address are deleted.",
    "The attachment was deleted by our mail filter.",
    "We deleted the copy of your ID.",
    "Your personal data has been deleted.",
    "Wir haben die Kopie Ihres Ausweises gelöscht.",
    "Hemos borrado la copia de su documento.",
    "Nous avons supprimé la copie de votre pièce d'identité.",
    "Removemos a cópia do seu documento.",
]

NO_REFUSAL = [
    "If we find no violation, the post stays up.",
    "We will tell you if the post does not violate our rules.",
    "Content that does not violate our rules stays up.",
    "No action is needed from you.",
    "No further action is required on your side.",
    "We have not yet decided whether the post is in violation.",
    "Please note that not every report leads to removal.",
    "Your report has been received; it has not been reviewed yet.",
    "Please confirm that your report does not violate these terms.",
    "We could not find the video at the link you sent.",
    "We cannot remove the content because we do not host it.",
    "We have not removed anything yet, the review is still going on.",
    "We were unable to open the link.",
    "Your previous ticket was declined because it had no link; please send the link.",
    "We cannot process your request without the link.",
    "Das Video wurde noch nicht geprüft.",
    "Wir können Ihre Meldung ohne Link nicht bearbeiten.",
    "Sollten wir keinen Verstoß feststellen, teilen wir Ihnen das mit.",
    "Si no encontramos ninguna infracción, se lo diremos.",
    "Si nous ne trouvons aucune infraction, nous vous le dirons.",
    "Se não encontrarmos nenhuma violação, avisaremos.",
    "Você não precisa tomar nenhuma medida.",
    "No tiene que hacer nada más.",
    "Vous n'avez aucune mesure à prendre.",
    "Sie müssen keine weiteren Schritte unternehmen.",
    "Aucune action de votre part n'est nécessaire.",
    "The video no longer violates our rules because it has been deleted.",
    "You do not violate any rule by reporting.",
    "El contenido todavía no ha sido revisado.",
    "The video will not be removed until a court has decided.",
    "The post will not be removed before we hear from you.",
]

REMOVALS = [
    "The reported post is gone: we removed it this morning.",
    "We've taken the three images offline.",
    "All of the pictures you listed have now been deleted.",
    "Thank you for your patience. The page was pulled and the account behind it closed.",
    "Both videos were taken down on Monday.",
    "The album has been wiped from our servers.",
    "We have complied with your request and removed the listing.",
    "We can confirm the content has been removed.",
    "Content removed.",
    "Your request was successful: the image was removed.",
    "La imagen ya fue eliminada por nuestro equipo.",
    "Procedimos a retirar el contenido.",
    "Das Profil wurde gelöscht.",
    "Der gemeldete Beitrag wurde inzwischen durch uns entfernt.",
    "Wir haben alle 5 Dateien gelöscht.",
    "La page a été supprimée ce matin.",
    "Nous avons procédé à la suppression de la photo.",
    "O perfil foi removido.",
    "Retiramos do ar todas as imagens.",
    "O conteúdo denunciado foi excluído.",
    "The content that you reported has been removed.",
    "The post that was reported has been deleted.",
    "Los contenidos que usted denunció han sido eliminados.",
    "Die Beiträge, die Sie gemeldet haben, wurden gelöscht.",
    "Les photos que vous avez signalées ont été retirées.",
    "As fotos que você denunciou foram removidas.",
]

REFUSALS = [
    "The content that you reported does not violate our rules.",
    "We found that the post which you flagged isn't against our policies.",
    "Los contenidos que usted denunció no infringen las normas.",
    "Die Inhalte, die Sie gemeldet haben, verstoßen nicht gegen unsere Richtlinien.",
    "Les publications que vous avez signalées n'enfreignent pas nos règles.",
    "As publicações que você denunciou não violam as regras.",
    "Nothing in this clip goes against our rules.",
    "We could not see how this breaks our rules.",
    "We don't think this goes against our rules.",
    "Our moderators decided that this is fine.",
    "We will not be removing the video.",
    "After review, we have concluded the content complies with our guidelines.",
    "Your report has been rejected.",
    "We're unable to take action on this report.",
    "We were not able to determine that the image breaches our terms.",
    "No breach identified.",
    "Kein Verstoß gefunden.",
    "Wir sehen keinen Grund, das Bild zu entfernen.",
    "Das Bild ist aus unserer Sicht nicht zu beanstanden.",
    "Leider können wir Ihrem Antrag nicht stattgeben.",
    "Lamentamos informarle de que no podemos eliminar la imagen.",
    "Su solicitud ha sido rechazada.",
    "No procederemos a la retirada.",
    "Votre demande a été refusée.",
    "Nous ne pouvons malheureusement pas supprimer cette vidéo.",
    "Nous n'avons trouvé aucun élément contraire à nos règles.",
    "Infelizmente não podemos remover o conteúdo.",
    "O seu pedido foi negado.",
    "Nenhuma violação foi encontrada.",
    "O conteúdo não será removido.",
    "Das Video wird nicht entfernt.",
    "La vidéo ne sera pas retirée.",
    "El contenido no será eliminado.",
    "The content will not be removed.",
]

RECEIPTS = [
    "Thanks for your report, we're on it.",
    "We have your complaint and will be in touch.",
    "Danke, wir kümmern uns darum. Ihr Fall hat die Nummer 12-9.",
    "Gracias por su denuncia, que ya tiene el número 4410. La estudiaremos pronto.",
    "Votre demande porte le numéro 12. Elle sera traitée sous peu.",
    "Seu protocolo é 12-9. Retornaremos em breve.",
    "Request received: #4451",
]

DEMANDS = [
    "Could you please send us the link to the post?",
    "In order to proceed, kindly provide the URL.",
    "Please upload a valid photo ID.",
    "Können Sie uns bitte den Link schicken?",
    "¿Podría enviarnos el enlace?",
    "Pourriez-vous nous envoyer le lien ?",
    "Você poderia nos enviar o link?",
]


@pytest.mark.parametrize("sentence", NO_REMOVAL)
def test_a_sentence_that_only_sounds_like_a_removal_is_none(sentence: str):
    reading = read_reply(sentence)

    assert not reading.says(ReplyClass.REMOVED)
    assert not reading.says(ReplyClass.PARTLY_REMOVED)


@pytest.mark.parametrize("sentence", NO_REFUSAL)
def test_a_sentence_that_only_sounds_like_a_refusal_is_none(sentence: str):
    assert not read_reply(sentence).says(ReplyClass.REFUSED)


@pytest.mark.parametrize("sentence", REMOVALS)
def test_a_removal_said_in_one_sentence_is_read(sentence: str):
    assert read_reply(sentence).main.kind is ReplyClass.REMOVED


@pytest.mark.parametrize("sentence", REFUSALS)
def test_a_refusal_said_in_one_sentence_is_read(sentence: str):
    assert read_reply(sentence).main.kind is ReplyClass.REFUSED


@pytest.mark.parametrize("sentence", RECEIPTS)
def test_a_receipt_said_in_one_sentence_is_read(sentence: str):
    assert read_reply(sentence).main.kind is ReplyClass.ACKNOWLEDGED


@pytest.mark.parametrize("sentence", DEMANDS)
def test_a_demand_said_in_one_sentence_is_read(sentence: str):
    assert read_reply(sentence).main.kind is ReplyClass.MORE_ASKED
